#!/usr/bin/env bash
# smoke.sh NODE: the built package on another Node: version, an eval, a recipe, a piped script and verbs that
# stream on the sandbox.
set -eu
node=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
dir=$(mktemp -d)
sandbox=
trap '[ -z "$sandbox" ] || { kill "$sandbox" 2>/dev/null; wait "$sandbox" 2>/dev/null; }; rm -rf "$dir"' EXIT
"$node" --version
export HOME="$dir"
unset KUBECONFIG || true
"$node" dist/cli/main.js --version
"$node" dist/cli/main.js eval --sandbox 'k8s.nodes.list()' -o json >"$dir/nodes.json"
"$node" -e 'const l = JSON.parse(require("fs").readFileSync(process.argv[1])); if (l.kind !== "NodeList" || !l.items.length) process.exit(1)' "$dir/nodes.json"
"$node" dist/cli/main.js run --sandbox cluster-report -o json >"$dir/report.json"
"$node" -e 'if (!JSON.parse(require("fs").readFileSync(process.argv[1])).nodes) process.exit(1)' "$dir/report.json"
printf 'const pods: number = (await k8s.everywhere.pods.list()).length;\nconsole.log(pods > 0);\n' |
  "$node" dist/cli/main.js run --sandbox - >"$dir/piped"
grep -qx true "$dir/piped"
# Streams need pods that are processes, and those bubblewrap.
if command -v bwrap >/dev/null; then
  "$node" dist/cli/main.js sandbox --port 0 --kubeconfig "$dir/config" --pods=process 2>"$dir/sandbox.log" &
  sandbox=$!
  for _ in $(seq 100); do
    [ -s "$dir/config" ] && break
    sleep 0.1
  done
  KUBECONFIG="$dir/config" "$node" dist/cli/main.js run test/runtimes/verbs.ts --folder "$dir"
fi
