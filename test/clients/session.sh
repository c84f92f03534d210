# To be sourced by a session of kubectl: starts a sandbox and defines the steps. $kubectl is the program under test.
# Every step asserts its exit code and what it prints; the first that fails ends the session and shows the output.
#
# What a version lacks is skipped with `since`, which says so.
set -u
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
dir=$(mktemp -d)
steps=0 skipped=0 sandbox=
background=()

minor=$("$kubectl" version --client -o json | node -p 'parseInt(JSON.parse(require("fs").readFileSync(0, "utf8")).clientVersion.minor)')

finish() {
  local pid
  for pid in "${background[@]+"${background[@]}"}" $sandbox; do kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; done
  rm -rf "$dir"
}

start_sandbox() { # start_sandbox FLAGS...: KUBECONFIG points at it when this returns
  node "$root/dist/cli/main.js" sandbox --port 0 --kubeconfig "$dir/config" "$@" 2>"$dir/sandbox.log" &
  sandbox=$!
  trap finish EXIT
  until_true "the sandbox is ready" test -s "$dir/config"
  export KUBECONFIG="$dir/config" HOME="$dir"
}

fail() { echo "FAILED: $1"; echo "--- it printed:"; cat "$dir/out"; exit 1; }

until_true() { # until_true WHAT COMMAND...: within 20 s
  local what=$1 tries
  shift
  for tries in $(seq 200); do
    "$@" && return
    kill -0 "$sandbox" 2>/dev/null || { cat "$dir/sandbox.log"; exit 1; }
    sleep 0.1
  done
  echo "FAILED: not within 20 s: $what"
  exit 1
}

printed() { # printed PATTERN [FILE]: a line of the last step's output matches the extended regular expression
  grep -qE -- "$1" "${2:-$dir/out}"
}

k() { # k PATTERN ARGS...: succeeds, and prints a line that matches
  local pattern=$1
  shift
  steps=$((steps + 1))
  timeout 60 "$kubectl" "$@" >"$dir/out" 2>&1 || fail "kubectl $* (exit $?)"
  printed "$pattern" || fail "kubectl $*: no line matches $pattern"
}

k_in() { # k_in FILE PATTERN ARGS...: as `k`, with FILE as its stdin
  local input=$1
  shift
  k "$@" <"$input"
}

k_quiet() { # k_quiet ARGS...: succeeds, and prints nothing
  steps=$((steps + 1))
  timeout 60 "$kubectl" "$@" >"$dir/out" 2>&1 || fail "kubectl $* (exit $?)"
  [ ! -s "$dir/out" ] || fail "kubectl $*: not silent"
}

k_exits() { # k_exits CODE PATTERN ARGS...: exits with exactly that code, and prints a line that matches
  local code=$1 pattern=$2 got
  shift 2
  steps=$((steps + 1))
  timeout 60 "$kubectl" "$@" >"$dir/out" 2>&1
  got=$?
  [ "$got" -eq "$code" ] || fail "kubectl $*: exit $got instead of $code"
  printed "$pattern" || fail "kubectl $*: no line matches $pattern"
}

k_fails() { # k_fails PATTERN ARGS...: exits with 1, and says why
  k_exits 1 "$@"
}

and() { # and PATTERN: the last step printed such a line too
  printed "$1" || fail "the last step: no line matches $1"
}

lines() { # lines N: the last step printed as many
  [ "$(wc -l <"$dir/out")" -eq "$1" ] || fail "the last step: not $1 lines"
}

follow() { # follow FILE ARGS...: a kubectl that runs on; $followed is its process, FILE what it prints
  local file=$1
  shift
  steps=$((steps + 1))
  "$kubectl" "$@" >"$file" 2>&1 </dev/null &
  followed=$!
  background+=("$followed")
}

unfollow() { # ends the last `follow`
  kill "$followed" 2>/dev/null
  wait "$followed" 2>/dev/null
  return 0
}

since() { # since MINOR WHAT: false, and said, when kubectl is older; WHAT names the steps left out and why
  [ "$minor" -ge "$1" ] && return
  skipped=$((skipped + 1))
  echo "skipped: $2"
  return 1
}

report() { echo "$steps steps of kubectl 1.$minor passed, $skipped skipped"; }
