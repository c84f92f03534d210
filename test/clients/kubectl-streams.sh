#!/usr/bin/env bash
# kubectl-streams.sh KUBECTL: a session of kubectl against the sandbox whose pods are processes: exec, attach, cp, logs,
# port-forward and proxy, and through kubescript proxy. Needs bubblewrap. Every step asserts its exit code and what it prints.
kubectl=$1
# shellcheck source=test/clients/session.sh
. "$(dirname "$0")/session.sh"
start_sandbox --pods=process

# Pods share this machine's ports: one that is free.
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
cat >"$dir/pods.yaml" <<YAML
apiVersion: v1
kind: Pod
metadata: { name: two, labels: { app: two } }
spec:
  terminationGracePeriodSeconds: 0
  volumes: [{ name: data, emptyDir: {} }]
  containers:
    - name: main
      image: busybox
      command: [sh, -c, 'echo main starts; echo main warns >&2; exec sleep 1000']
      env: [{ name: LEVEL, value: debug }]
      volumeMounts: [{ name: data, mountPath: /data }]
    - name: reader
      image: busybox
      stdin: true
      command: [sh, -c, 'echo reader starts; while read -r line; do echo "read \$line"; done']
      volumeMounts: [{ name: data, mountPath: /data }]
---
apiVersion: v1
kind: Pod
metadata: { name: crash }
spec:
  containers: [{ name: main, image: busybox, command: [sh, -c, 'echo giving up; exit 3'] }]
---
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - name: main
      image: node
      command: [$(command -v node), -e, 'require("http").createServer((q, s) => s.end("served " + q.url + "\n")).listen($port, "127.0.0.1")']
      ports: [{ name: http, containerPort: $port }]
      readinessProbe: { tcpSocket: { port: http, host: 127.0.0.1 }, periodSeconds: 1 }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: http }] }
YAML
k 'pod/two created' apply -f "$dir/pods.yaml"
k 'pod/two condition met' wait --for=condition=Ready pod/two pod/web --timeout=30s

crashed() { [ "$("$kubectl" get pod crash -o 'jsonpath={.status.containerStatuses[0].restartCount}')" -ge 1 ]; }

# exec: streams apart, the command's exit code, stdin to its end
k '^debug /$' exec two -c main -- sh -c 'echo "$LEVEL $(pwd)"'
k '^main starts$' logs two -c main
k_exits 7 'exit code 7' exec two -c main -- sh -c 'exit 7'
"$kubectl" exec two -c main -- sh -c 'echo out; echo err >&2' >"$dir/out" 2>"$dir/err" || fail 'kubectl exec with two outputs'
[ "$(cat "$dir/out")" = out ] || fail 'exec: stdout is not "out"'
printed '^err$' "$dir/err" || fail 'exec: stderr is not "err"'
steps=$((steps + 1))
printf 'one\ntwo\nthree\n' >"$dir/in"
k_in "$dir/in" '^3$' exec -i two -c reader -- wc -l
head -c 3000000 /dev/urandom >"$dir/blob"
k_in "$dir/blob" "^$(sha256sum <"$dir/blob" | cut -c 1-64)" exec -i two -c main -- sha256sum
k_fails 'executable file not found' exec two -c main -- no-such-program
k_fails 'container not found|container none is not valid|not have a container named|not found in pod' exec two -c none -- true
k_fails 'pods "none" not found' exec none -- true
k_fails 'cannot .* resource "pods/exec"|cannot get resource "pods"' exec two --as nobody -- true

# attach: what the container prints from now on, and its stdin
follow "$dir/attached" attach two -c reader
types_again() { printf 'again\n' | timeout 2 "$kubectl" attach -i two -c reader >/dev/null 2>&1; printed '^read again$' "$dir/attached"; }
until_true 'attach prints what the container does' types_again
unfollow
k '^read again$' logs two -c reader

# cp: files and folders, both ways, between containers that share a volume
mkdir -p "$dir/tree/deep/er"
cp "$dir/blob" "$dir/tree/deep/blob"
echo small >"$dir/tree/deep/er/small"
k_quiet cp "$dir/blob" two:/data/blob -c main
k "^$(sha256sum <"$dir/blob" | cut -c 1-64)" exec two -c reader -- sha256sum /data/blob
k '^|Removing' cp two:/data/blob "$dir/back" -c reader
cmp "$dir/blob" "$dir/back" || fail 'cp: the file came back changed'
k_quiet cp "$dir/tree" two:/data/tree -c main
k '^|Removing' cp two:/data/tree "$dir/tree-back" -c main
diff -r "$dir/tree" "$dir/tree-back" >"$dir/out" 2>&1 || fail 'cp: the folder came back changed'
k_fails "doesn't exist in local filesystem" cp "$dir/none" two:/data/none -c main
k_fails 'pods "none" not found' cp none:/data/blob "$dir/none"

# logs
k '^main warns$' logs two -c main
k '^main starts$' logs two --all-containers
and '^reader starts$'
k '^\[pod/two/reader\] reader starts$' logs -l app=two --all-containers --prefix
k '^main warns$' logs two -c main --tail=1
lines 1
k '^20[0-9-]+T[0-9:.]+(Z|[+-][0-9:]+) main starts$' logs two -c main --timestamps
k '^main starts$' logs two -c main --since=1h
k '^main s$' logs two -c main --limit-bytes=6
k_fails 'container none is not valid for pod two' logs two -c none
follow "$dir/followed" logs -f two --all-containers
until_true 'logs -f prints what was there' printed '^reader starts$' "$dir/followed"
printf 'while followed\n' | timeout 2 "$kubectl" attach -i two -c reader >/dev/null 2>&1
until_true 'logs -f prints what comes' printed '^read while followed$' "$dir/followed"
unfollow
until_true 'the container is started again' crashed
k '^giving up$' logs crash --previous
k '^giving up$' logs crash
k_fails 'previous terminated container "main" in pod "two" not found' logs two -c main --previous
k 'Last State: +Terminated' describe pod crash
and 'Exit Code: +3'
and 'Back-off restarting failed container|BackOff'

# run: to its end, with the exit code of its container
k '^ran$' run once -i --quiet --restart=Never --image=busybox --command -- sh -c 'sleep 1; echo ran'
k 'pod "once" deleted' delete pod once
k_exits 4 'terminated \(Error\)' run fails -i --rm --restart=Never --image=busybox --command -- sh -c 'sleep 1; exit 4'
k 'job.batch/once created' create job once --image=busybox -- sh -c 'echo from the job'
k 'condition met' wait --for=condition=Complete job/once --timeout=30s
k '^from the job$' logs job/once
printf 'to the end\n' >"$dir/in"
k_in "$dir/in" '^to the end$' run cat -i --rm --quiet --restart=Never --image=busybox --command -- cat

# port-forward
forwards() { printed '^Forwarding from 127.0.0.1:[0-9]+ -> ' "$dir/forward"; }
fetch_forwarded() { curl -sS --max-time 10 "http://127.0.0.1:$(sed -nE 's/^Forwarding from 127.0.0.1:([0-9]+).*/\1/p' "$dir/forward")/$1" >"$dir/out" 2>&1; }
for target in pod/web service/web; do
  [ "$target" = pod/web ] && remote=$port || remote=80
  follow "$dir/forward" port-forward "$target" --address 127.0.0.1 ":$remote"
  until_true "port-forward to $target listens" forwards
  for path in one two; do
    fetch_forwarded "$path" || fail "port-forward to $target: curl failed"
    printed "^served /$path$" || fail "port-forward to $target: not what the pod serves"
  done
  unfollow
done
k_fails 'pods "none" not found' port-forward none :80

# proxy: the API without credentials, and through it pods and services
follow "$dir/proxy" proxy --port 0
until_true 'proxy listens' printed '^Starting to serve on 127.0.0.1:[0-9]+' "$dir/proxy"
api=http://$(sed -nE 's/^Starting to serve on (.*)/\1/p' "$dir/proxy")
fetched() { # fetched PATTERN PATH: through the proxy
  steps=$((steps + 1))
  curl -sSf --max-time 10 "$api$2" >"$dir/out" 2>&1 || fail "proxy: curl $2"
  printed "$1" || fail "proxy: $2: no line matches $1"
}
fetched '"kind": ?"APIGroupList"' /apis
fetched '"kind": ?"PodList"' '/api/v1/namespaces/default/pods?limit=1'
fetched '^served /a/b$' "/api/v1/namespaces/default/pods/web:$port/proxy/a/b"
fetched '^served /c$' /api/v1/namespaces/default/services/web:80/proxy/c
fetched '^main starts$' '/api/v1/namespaces/default/pods/two/log?container=main'
unfollow

# kubectl through kubescript's proxy, which passes upgrades; by itself it refuses exec, as kubectl's does
through() { # through FILE FLAGS...: starts one and points $api at it
  local file=$1
  shift
  node "$root/dist/cli/main.js" proxy --port 0 "$@" >"$file" 2>&1 &
  background+=($!)
  until_true 'the proxy listens' printed '^Starting to serve on 127.0.0.1:[0-9]+' "$file"
  api=http://$(sed -nE 's/^Starting to serve on (.*)/\1/p' "$file")
}
through "$dir/filtered"
k '^two ' get pods --server "$api"
k_fails 'Forbidden' exec two -c main --server "$api" -- true
through "$dir/open" --reject-paths '^$'
k '^debug$' exec two -c main --server "$api" -- sh -c 'echo "$LEVEL"'
k_exits 7 'exit code 7' exec two -c main --server "$api" -- sh -c 'exit 7'
k_in "$dir/blob" "^$(sha256sum <"$dir/blob" | cut -c 1-64)" exec -i two -c main --server "$api" -- sha256sum
follow "$dir/followed" logs -f two -c main --server "$api"
until_true 'logs are followed through the proxy' printed '^main starts$' "$dir/followed"
unfollow
follow "$dir/forwarded" port-forward pod/web ":$port" --server "$api"
until_true 'port-forward listens' printed '^Forwarding from 127.0.0.1:[0-9]+' "$dir/forwarded"
api=http://127.0.0.1:$(sed -nE 's/^Forwarding from 127.0.0.1:([0-9]+) .*/\1/p' "$dir/forwarded" | head -1)
fetched '^served /d$' /d
unfollow

k 'pod "two" deleted' delete pod two web crash --wait=true --timeout=30s
k_fails 'NotFound' get pod two
report
