#!/usr/bin/env bash
# smoke-deno.sh DENO: the client, an eval, a recipe and verbs that stream on Deno, from the TypeScript sources, against a sandbox that
# this Node serves.
set -eu
deno=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
dir=$(mktemp -d)
"$deno" --version
# Streams need pods that are processes, and those bubblewrap.
pods=
if command -v bwrap >/dev/null; then pods=--pods=process; fi
node dist/cli/main.js sandbox --port 0 --kubeconfig "$dir/config" $pods 2>"$dir/sandbox.log" &
sandbox=$!
trap 'kill "$sandbox" 2>/dev/null || true; wait "$sandbox" 2>/dev/null; rm -rf "$dir"' EXIT
for _ in $(seq 100); do
  [ -s "$dir/config" ] && break
  sleep 0.1
done
export KUBECONFIG="$dir/config"
"$deno" run -A src/cli/main.ts eval 'k8s.nodes.list()' -o json >"$dir/nodes.json"
node -e 'const l = JSON.parse(require("fs").readFileSync(process.argv[1])); if (l.kind !== "NodeList" || !l.items.length) process.exit(1)' "$dir/nodes.json"
"$deno" run -A src/cli/main.ts run recipes/cluster-report.ts -o json >"$dir/report.json"
node -e 'if (!JSON.parse(require("fs").readFileSync(process.argv[1])).nodes) process.exit(1)' "$dir/report.json"
if [ -n "$pods" ]; then "$deno" run -A src/cli/main.ts run test/runtimes/verbs.ts --folder "$dir"; fi
