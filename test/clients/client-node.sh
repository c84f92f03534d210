#!/usr/bin/env bash
# client-node.sh FOLDER: installs the official JavaScript client into FOLDER and runs it against the sandbox.
# Its version 1 is the last that runs on Node 20.
set -eu
folder=$1
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
mkdir -p "$folder"
npm install --prefix "$folder" --no-save --no-audit --no-fund --ignore-scripts "@kubernetes/client-node@1"

run() { # run PODS: the whole session against a sandbox of its own
  rm -f "$folder/config"
  node "$root/dist/cli/main.js" sandbox --metrics --pods="$1" --kubeconfig "$folder/config" 2>"$folder/sandbox.log" &
  sandbox=$!
  trap 'kill "$sandbox" 2>/dev/null || true; wait "$sandbox" 2>/dev/null || true' EXIT
  for _ in $(seq 100); do
    [ -s "$folder/config" ] && break
    kill -0 "$sandbox" 2>/dev/null || { cat "$folder/sandbox.log"; exit 1; }
    sleep 0.1
  done
  node "$here/client-node.mjs" "$folder" "$folder/config" "$1"
  kill "$sandbox"
  wait "$sandbox" 2>/dev/null || true
}

run simulated
if command -v bwrap >/dev/null; then run process; else echo "no bubblewrap here: pods as processes are left out"; fi
