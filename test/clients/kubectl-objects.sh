#!/usr/bin/env bash
# kubectl-objects.sh KUBECTL: a session of kubectl against the sandbox: output forms, watches, describe, the ways to change
# an object (apply, prune, diff, edit), rollouts and cascades. Every step asserts its exit code and what it prints.
kubectl=$1
# shellcheck source=test/clients/session.sh
. "$(dirname "$0")/session.sh"
start_sandbox --metrics

web() { # web IMAGE REPLICAS: a manifest
  cat <<YAML
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { app: web, set: mine } }
spec:
  replicas: $2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{ name: web, image: "$1", ports: [{ containerPort: 80 }] }]
YAML
}
config() { # config NAME VALUE: a manifest of the set that is pruned
  printf -- '---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: %s, labels: { set: mine } }\ndata: { key: %s }\n' "$1" "$2"
}

has_endpoints() { "$kubectl" get endpointslices -l kubernetes.io/service-name=web -o yaml | grep -q 'ready: true'; }
no_replica_sets() { [ -z "$("$kubectl" get replicasets -l app=web -o name)" ]; }
changed_and_printed() { "$kubectl" annotate configmap keep --overwrite "tick=$RANDOM" >/dev/null && printed '^configmap/keep$' "$dir/watched"; }

k 'namespace/t created' create namespace t
k 'Context "[^"]*" modified' config set-context --current --namespace=t
k 'Kubernetes (control plane|master).* is running at .*https://127.0.0.1' cluster-info

# apply on the client: create, leave alone, change, prune
web nginx:1.27 2 >"$dir/web.yaml"
{ config keep one; config drop one; } >"$dir/set.yaml"
k 'deployment.apps/web created' apply -f "$dir/web.yaml"
k 'configmap/drop created' apply -f "$dir/set.yaml"
printf '{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"%s"},"%s":{}}]}' \
  listed data >"$dir/list.json"
k 'configmap/listed created' apply -f "$dir/list.json"
sed 's/"data"/"datta"/' "$dir/list.json" >"$dir/misspelled.json"
k_fails 'unknown field "datta"' apply -f "$dir/misspelled.json"
k 'configmap "listed" deleted' delete -f "$dir/list.json"
k 'configmap/keep unchanged' apply -f "$dir/set.yaml"
k 'kubectl.kubernetes.io/last-applied-configuration|key: one' apply view-last-applied configmap/keep -o yaml
config keep two >"$dir/set.yaml"
k '^configmap/keep configured \(dry run\)' apply -f "$dir/set.yaml" --dry-run=client
if since 27 'server dry runs and diff, which ask OpenAPI v2 before 1.27 whether the kind can'; then
  k '^configmap/keep configured \(server dry run\)' apply -f "$dir/set.yaml" --dry-run=server
  k_exits 1 '^\+ +key: two' diff -f "$dir/set.yaml"
  and '^- +key: one'
  k_exits 1 '^\+ +key: two' diff --server-side --force-conflicts -f "$dir/set.yaml"
fi
k '^one$' get configmap keep -o 'jsonpath={.data.key}{"\n"}'
[ "$minor" -ge 26 ] && allow=--prune-allowlist || allow=--prune-whitelist
k 'configmap/drop pruned' apply -f "$dir/set.yaml" --prune -l set=mine "$allow=core/v1/ConfigMap"
and 'configmap/keep configured'
k_fails 'configmaps "drop" not found' get configmap drop
k '^two$' get configmap keep -o 'jsonpath={.data.key}{"\n"}'
if since 27 'diff without a change, as above'; then
  k_quiet diff -f "$dir/set.yaml"
fi

# apply on the server: managers, conflicts
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: shared }\ndata: { a: x, b: x }\n' >"$dir/shared.yaml"
k 'configmap/shared serverside-applied' apply --server-side --field-manager=first -f "$dir/shared.yaml"
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: shared }\ndata: { b: z, c: z }\n' >"$dir/shared.yaml"
k_fails 'conflict with "first": .data.b' apply --server-side --field-manager=second -f "$dir/shared.yaml"
k 'serverside-applied' apply --server-side --field-manager=second --force-conflicts -f "$dir/shared.yaml"
k '^x z z$' get configmap shared -o 'jsonpath={.data.a} {.data.b} {.data.c}{"\n"}'
if since 21 '--show-managed-fields, which is younger'; then
  k 'manager: first' get configmap shared -o yaml --show-managed-fields
  and 'manager: second'
fi

# edit, by a program instead of a person
printf '#!/bin/sh\nsed -i "s/key: two/key: edited/" "$1"\n' >"$dir/editor"
printf '#!/bin/sh\nsed -i "s/replicas: 2/replicas: -2/" "$1"\n' >"$dir/breaker"
chmod +x "$dir/editor" "$dir/breaker"
KUBE_EDITOR="$dir/editor" k 'configmap/keep edited' edit configmap keep
k '^edited$' get configmap keep -o 'jsonpath={.data.key}{"\n"}'
KUBE_EDITOR=true k 'no changes made|cancelled' edit configmap keep
KUBE_EDITOR="$dir/breaker" k_fails 'deployments.apps "web" is invalid' edit deployment web
and 'no valid changes were saved'

# output forms
k 'successfully rolled out' rollout status deployment/web --timeout=60s
k '"kind": "List"' get pods -o json
k '^kind: List$' get deployments,configmaps -o yaml
k '^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES' get pods -o wide
k '^pod/web-' get pods -o name
k '^web-[a-z0-9-]+ Running$' get pods -o 'jsonpath={range .items[*]}{.metadata.name} {.status.phase}{"\n"}{end}'
printf '{.items[?(@.metadata.name=="web")].spec.replicas}' >"$dir/path"
k '^2$' get deployments -o "jsonpath-file=$dir/path"
k '^nginx:1.27$' get pods --no-headers -o 'custom-columns=IMAGE:.spec.containers[*].image'
printf 'NAME METADATA\nmetadata.name metadata.labels.app\n' >"$dir/columns"
k '^web-[a-z0-9-]+ +web$' get pods -o "custom-columns-file=$dir/columns"
k '^web 2$' get deployments -o 'go-template={{range .items}}{{.metadata.name}} {{.status.readyReplicas}}{{"\n"}}{{end}}'
printf '{{len .items}}{{"\\n"}}' >"$dir/template"
k '^2$' get pods -o "go-template-file=$dir/template"
k '^NAME +READY.* LABELS' get pods --show-labels
k '^web-.* web$' get pods -L app
k '^web-.* Running' get pods -l 'app in (web, api),!none' --field-selector status.phase!=Pending
k '^keep ' get configmaps --chunk-size=1 --sort-by=.metadata.creationTimestamp
lines 4
k '^deployment.apps/web ' get all
and '^replicaset.apps/web-'
k '"resourceVersion"' get --raw /api/v1/namespaces/t/pods
k_exits 0 'No resources found in t namespace' get jobs
k_fails "the server doesn't have a resource type \"none\"" get none

# watches: the changes that come, as rows and as objects
follow "$dir/watched" get configmap keep --watch
until_true 'get -w prints what is there' printed '^keep +1 ' "$dir/watched"
k 'configmap/keep patched' patch configmap keep -p '{"data":{"more":"x"}}'
until_true 'get -w prints the change' printed '^keep +2 ' "$dir/watched"
unfollow
follow "$dir/watched" get configmaps --watch-only -o name
until_true 'get --watch-only prints a change' changed_and_printed
unfollow

# describe
k '^Replicas: +2 desired \| 2 updated \| 2 total \| 2 available \| 0 unavailable' describe deployment web
and 'ScalingReplicaSet +[0-9]+s +deployment-controller +Scaled up replica set web-[a-z0-9]+ (from 0 )?to 2'
k '^Controlled By: +ReplicaSet/web-' describe pods -l app=web
and 'Successfully assigned t/web-'
and 'Started +'
k '^Controlled By: +Deployment/web' describe replicasets
k '^Allocated resources:' describe node node0
and '^  t +web-|^  kube-system '
k '^Labels: +kubernetes.io/metadata.name=t' describe namespace t
k '^key:$' describe configmap keep
k 'service/web exposed' expose deployment web --port=80
until_true 'the service has endpoints' has_endpoints
k '^Endpoints: +10\.[0-9.]+:80,10\.[0-9.]+:80' describe service web
k 'secret/s created' create secret generic s --from-literal=password=hidden
k '^password: +6 bytes' describe secret s
k 'autoscaled' autoscale deployment web --min=2 --max=3 --cpu-percent=80
k '^Reference: +Deployment/web' describe hpa web
k 'deleted' delete hpa web
k '^  configmaps? |pods ' describe clusterrole view
k '^Name: +default' describe serviceaccount default
k_fails 'NotFound' describe pod none
if since 26 'events as a command, which is younger'; then
  k 'ScalingReplicaSet +Deployment/web' events --for deployment/web
fi
k 'Scheduled +pod/web-' get events --sort-by=.metadata.creationTimestamp
k 'ScalingReplicaSet' get events --field-selector involvedObject.kind=Deployment
k '^web-[a-z0-9-]+ +[0-9]+m +[0-9]+Mi' top pods

# rollouts: paused they wait, resumed they go on, restarted they renew every pod
k 'deployment.apps/web paused' rollout pause deployment/web
k 'image updated' set image deployment/web web=nginx:1.28
k '^1 ' rollout history deployment/web
k_fails 'cannot rollback a paused deployment' rollout undo deployment/web --to-revision=1
k 'deployment.apps/web resumed' rollout resume deployment/web
k 'successfully rolled out' rollout status deployment/web --timeout=60s
k 'nginx:1.28' rollout history deployment/web --revision=2
k 'deployment.apps/web restarted' rollout restart deployment/web
k 'successfully rolled out' rollout status deployment/web --timeout=60s
k '^20[0-9-]+T' get deployment web -o 'jsonpath={.spec.template.metadata.annotations.kubectl\.kubernetes\.io/restartedAt}'
k 'rolled back' rollout undo deployment/web --to-revision=1
k 'successfully rolled out' rollout status deployment/web --timeout=60s
k '^nginx:1.27$' get deployment web -o 'jsonpath={.spec.template.spec.containers[0].image}{"\n"}'
k 'replaced' replace -f "$dir/web.yaml"
k_fails 'Expected replicas to be 9, was 2|expected' scale deployment web --current-replicas=9 --replicas=1

# cascades: the dependents go after, before, or not at all
k 'deleted' delete deployment web --cascade=orphan
k '^replicaset.apps/web-' get replicasets -l app=web -o name
k '^$' get replicasets -l app=web -o 'jsonpath={.items[*].metadata.ownerReferences}{"\n"}'
k 'created' apply -f "$dir/web.yaml"
k 'successfully rolled out' rollout status deployment/web --timeout=60s
k '^Deployment' get replicasets -l app=web -o 'jsonpath={.items[*].metadata.ownerReferences[*].kind}{"\n"}'
k 'deleted' delete deployment web --cascade=foreground --timeout=30s
k 'No resources found' get replicasets,pods -l app=web
k 'created' apply -f "$dir/web.yaml"
k 'successfully rolled out' rollout status deployment/web --timeout=60s
k 'deleted' delete deployment web --cascade=background
until_true 'the garbage collector deletes what belonged to it' no_replica_sets
k 'deleted' delete configmaps -l set=mine
k_fails 'NotFound' delete configmap keep
k_quiet delete configmap keep --ignore-not-found

gone() { ! "$kubectl" get "$1" >/dev/null 2>&1; }
ready_pods() { [ "$("$kubectl" get replicationcontroller/old -o 'jsonpath={.status.readyReplicas}')" = "$1" ]; }
has_token() { [ -n "$("$kubectl" get secret robot -o 'jsonpath={.data.token}')" ]; }
no_old_pods() { [ -z "$("$kubectl" get pods -l app=old -o name)" ]; }

# sets: a StatefulSet's pods have claims of their own, a ReplicationController keeps up its pods
cat >"$dir/sets.yaml" <<'YAML'
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  serviceName: db
  replicas: 2
  persistentVolumeClaimRetentionPolicy: { whenScaled: Delete, whenDeleted: Retain }
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{ name: db, image: "postgres:17", volumeMounts: [{ name: data, mountPath: /data }] }]
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
---
apiVersion: v1
kind: ReplicationController
metadata: { name: old }
spec:
  replicas: 1
  selector: { app: old }
  template:
    metadata: { labels: { app: old } }
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{ name: old, image: "nginx:1.27" }]
YAML
k 'statefulset.apps/db created' create -f "$dir/sets.yaml"
k 'roll out complete' rollout status statefulset/db --timeout=60s
k '^data-db-1 +Bound' get persistentvolumeclaims
k 'scaled' scale statefulset/db --replicas=1
until_true 'the claim goes with its pod' gone persistentvolumeclaim/data-db-1
k 'scaled' scale statefulset/db --replicas=2
k 'roll out complete' rollout status statefulset/db --timeout=60s
until_true 'its pod is ready' ready_pods 1
k 'scaled' scale replicationcontroller/old --current-replicas=1 --replicas=2
until_true 'both are ready' ready_pods 2
k 'SuccessfulCreate .* replication-controller' describe replicationcontroller/old
k 'deleted' delete -f "$dir/sets.yaml"
until_true 'the pods go with their controller' no_old_pods
k '^data-db-0 +Bound' get persistentvolumeclaims

# a Secret for a service account's token is filled, logs in, and goes with the account
k 'created' create serviceaccount robot
cat >"$dir/token.yaml" <<'YAML'
apiVersion: v1
kind: Secret
type: kubernetes.io/service-account-token
metadata: { name: robot, annotations: { kubernetes.io/service-account.name: robot } }
YAML
k 'secret/robot created' create -f "$dir/token.yaml"
until_true 'the Secret has a token' has_token
k '^token: +eyJ' describe secret robot
"$kubectl" get secret robot -o 'jsonpath={.data.token}' | base64 -d >"$dir/token"
cp "$dir/config" "$dir/robot"
k 'set' --kubeconfig "$dir/robot" config set-credentials robot --token="$(cat "$dir/token")"
k 'set|modified' --kubeconfig "$dir/robot" config set-context --current --user=robot
if since 28 'auth whoami, which is younger'; then
  k 'system:serviceaccount:[a-z-]+:robot' --kubeconfig "$dir/robot" auth whoami
fi
k 'deleted' delete serviceaccount robot
until_true 'the token goes with its account' gone secret/robot

# kubectl finds the events of static pods
k 'Started .* kubelet' describe pod -n kube-system -l component=etcd
report
