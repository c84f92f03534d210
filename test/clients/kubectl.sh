#!/usr/bin/env bash
# kubectl.sh KUBECTL: a session of kubectl against the sandbox: what is there, workloads, generators, rights, nodes.
# Every step asserts its exit code and what it prints.
kubectl=$1
# shellcheck source=test/clients/session.sh
. "$(dirname "$0")/session.sh"
start_sandbox --metrics

cat >"$dir/web.yaml" <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { app: web } }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - { name: web, image: "nginx:1.27", ports: [{ containerPort: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
YAML
cat >"$dir/widget.yaml" <<'YAML'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { plural: widgets, singular: widget, kind: Widget, shortNames: [wd] }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: { type: object, properties: { size: { type: integer, minimum: 1, default: 3 } } }
      additionalPrinterColumns: [{ name: Size, type: integer, jsonPath: .spec.size }]
YAML

k 'Server Version: .*1\.36|GitVersion:"v1\.36' version
k 'deployments +deploy +apps/v1 +true +Deployment' api-resources
k '^apps/v1$' api-versions
if since 27 'explain, which reads OpenAPI v2 before 1.27'; then
  k 'KIND: +Deployment' explain deployment.spec.strategy
  k 'maxSurge' explain deployment --recursive
fi
k '^NAME +STATUS +ROLES +AGE +VERSION' get nodes
k '^node0 +[0-9]+m +[0-9]+%' top nodes
k '^kube-system +coredns-' top pods -A
k 'created' create namespace t
k 'deployment.apps/web created' apply -n t -f "$dir/web.yaml"
k 'successfully rolled out' rollout status -n t deployment/web --timeout=60s
k '^web +2/2 +2 +2 ' get deployments -n t
k '^web-[a-z0-9]+-[a-z0-9]+ +1/1 +Running +0 ' get pods -n t
k '"kind": "List"' get pods -n t -o json
k 'kind: Deployment' get deployment web -n t -o yaml
k '^deployment.apps/web$' get deployment web -n t -o name
k '^2$' get deployment web -n t -o 'jsonpath={.status.readyReplicas}{"\n"}'
k '^web +nginx:1.27' get deployment web -n t -o 'custom-columns=NAME:.metadata.name,IMAGE:.spec.template.spec.containers[0].image'
k 'nginx:1.27' get deployments -n t -o wide
k '^web-' get pods -n t -l app=web --sort-by=.metadata.name
k 'No resources found' get pods -n t -l app=none
k '^web-' get pods -n t --field-selector status.phase=Running --chunk-size=1
k '^kube-system +' get pods -A
k 'unchanged' apply -n t -f "$dir/web.yaml"
k 'serverside-applied' apply -n t --server-side --force-conflicts -f "$dir/web.yaml"
k 'patched' patch deployment web -n t -p '{"metadata":{"labels":{"patched":"strategic"}}}'
k 'patched' patch deployment web -n t --type merge -p '{"metadata":{"labels":{"patched":"merge"}}}'
k 'patched' patch deployment web -n t --type json -p '[{"op":"replace","path":"/metadata/labels/patched","value":"json"}]'
k 'patched.*json|json' get deployment web -n t -o 'jsonpath={.metadata.labels.patched}'
k 'labeled' label deployment web -n t tier=front
k 'annotated' annotate deployment web -n t note=one
k 'scaled' scale deployment web -n t --replicas=3
k 'successfully rolled out' rollout status -n t deployment/web --timeout=60s
k '^web +3/3' get deployments -n t
k 'image updated' set image deployment/web -n t web=nginx:1.28
k 'successfully rolled out' rollout status -n t deployment/web --timeout=60s
k '^2 ' rollout history -n t deployment/web
k 'rolled back' rollout undo -n t deployment/web
k 'successfully rolled out' rollout status -n t deployment/web --timeout=60s
k 'nginx:1.27' get deployment web -n t -o 'jsonpath={.spec.template.spec.containers[0].image}'
k 'condition met' wait -n t --for=condition=Available deployment/web --timeout=30s
k 'configmap/c created' create configmap c -n t --from-literal=a=1
k '\(dry run\)' create configmap dry -n t --from-literal=a=1 --dry-run=client
if since 27 'server dry runs, which ask OpenAPI v2 before 1.27 whether the kind can'; then
  k '\(server dry run\)' create configmap dry -n t --from-literal=a=1 --dry-run=server
fi
k_fails 'NotFound' get configmap dry -n t
k_fails 'already exists' create configmap c -n t --from-literal=a=2
k 'Name: +web' describe deployment web -n t
k 'customresourcedefinition.apiextensions.k8s.io/widgets.example.com created' create -f "$dir/widget.yaml"
k 'condition met' wait --for=condition=Established crd/widgets.example.com --timeout=30s
printf 'apiVersion: example.com/v1\nkind: Widget\nmetadata: { name: w }\nspec: {}\n' >"$dir/w.yaml"
k 'widget.example.com/w created' create -n t -f "$dir/w.yaml"
k '^w +3$' get wd -n t
k '^yes$' auth can-i create deployments -n t
k_fails '^no' auth can-i create deployments -n t --as nobody
k '^\*\.\* ' auth can-i --list -n t
k_fails 'Forbidden.*cannot list resource "pods"' get pods -n t --as nobody
if since 27 'auth whoami, which is younger'; then
  k '^Username +admin' auth whoami
fi

# kubectl's own generators send protobuf; what they made is read back as JSON
k 'deployment.apps/api created' create deployment api -n t --image=nginx:1.27 --replicas=4 --port=8080
k 'successfully rolled out' rollout status -n t deployment/api --timeout=60s
k '^nginx 8080 4$' get deployment api -n t -o 'jsonpath={.spec.template.spec.containers[0].name} {.spec.template.spec.containers[0].ports[0].containerPort} {.spec.replicas}{"\n"}'
k 'service/api exposed' expose deployment api -n t --port=80 --target-port=http
k '^http api$' get service api -n t -o 'jsonpath={.spec.ports[0].targetPort} {.spec.selector.app}{"\n"}'
k 'service/node-port created' create service nodeport node-port -n t --tcp=80:8080
k 'service/other created' create service externalname other -n t --external-name example.com
k 'horizontalpodautoscaler.autoscaling/api autoscaled' autoscale deployment api -n t --min=4 --max=6 --cpu-percent=80
k '^80$' get hpa api -n t -o 'jsonpath={.spec.metrics[0].resource.target.averageUtilization}{"\n"}'
k 'secret/s created' create secret generic s -n t --from-literal=password=x
k '^x$' get secret s -n t -o 'go-template={{.data.password | base64decode}}{{"\n"}}'
k 'serviceaccount/robot created' create serviceaccount robot -n t
if since 24 'create token, which is younger'; then
  k '^eyJ' create token robot -n t --duration=1h --audience=someone
fi
k 'role.rbac.authorization.k8s.io/reader created' create role reader -n t --verb=get,list --resource=pods,deployments.apps
k 'rolebinding.rbac.authorization.k8s.io/robot created' create rolebinding robot -n t --role=reader --serviceaccount=t:robot
k '^yes$' auth can-i list pods -n t --as system:serviceaccount:t:robot
k_fails '^no' auth can-i delete pods -n t --as system:serviceaccount:t:robot
k 'subjects updated' set subject rolebinding robot -n t --user=jane
k '^yes$' auth can-i list deployments.apps -n t --as jane
k 'clusterrole.rbac.authorization.k8s.io/prober created' create clusterrole prober --verb=get --non-resource-url=/healthz
k 'clusterrolebinding.rbac.authorization.k8s.io/prober created' create clusterrolebinding prober --clusterrole=prober --user=jane
k '^yes$' auth can-i get /healthz --as jane
printf 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: prober }\nrules: [{ apiGroups: [""], resources: [nodes], verbs: [list] }]\n' >"$dir/prober.yaml"
k 'clusterrole.rbac.authorization.k8s.io/prober reconciled' auth reconcile -f "$dir/prober.yaml"
k '^yes$' auth can-i list nodes --as jane
k 'resourcequota/q created' create quota q -n t --hard=pods=100,secrets=20
k '^20 100$' get quota q -n t -o 'jsonpath={.spec.hard.secrets} {.spec.hard.pods}{"\n"}'
k 'priorityclass.scheduling.k8s.io/high created' create priorityclass high --value=1000
k 'job.batch/once created' create job once -n t --image=busybox -- sh -c 'echo done'
k 'condition met' wait -n t --for=condition=Complete job/once --timeout=30s
if since 21 'create cronjob, which sends batch/v1beta1 before 1.21'; then
  k 'cronjob.batch/hourly created' create cronjob hourly -n t --image=busybox --schedule='0 * * * *' -- date
  k 'job.batch/now created' create job now -n t --from=cronjob/hourly
  k '^hourly$' get job now -n t -o 'jsonpath={.metadata.ownerReferences[0].name}{"\n"}'
fi
k 'ingress.networking.k8s.io/front created' create ingress front -n t --rule='example.com/*=api:80'
k '^Prefix api 80$' get ingress front -n t -o 'jsonpath={.spec.rules[0].http.paths[0].pathType} {.spec.rules[0].http.paths[0].backend.service.name} {.spec.rules[0].http.paths[0].backend.service.port.number}{"\n"}'
k 'pod/alone created' run alone -n t --image=nginx --labels=app=alone --env=A=b
k 'condition met' wait -n t --for=condition=Ready pod/alone --timeout=30s
k 'env updated' set env deployment/api -n t LEVEL=debug
k 'resource requirements updated' set resources deployment/api -n t --limits=cpu=100m
k 'serviceaccount updated' set serviceaccount deployment/api robot -n t
k 'selector updated' set selector service node-port -n t app=api
k 'successfully rolled out' rollout status -n t deployment/api --timeout=60s
k 'LEVEL=debug' set env deployment/api -n t --list

openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$dir/jane.key" -subj /CN=jane -out "$dir/jane.csr" 2>/dev/null
printf 'apiVersion: certificates.k8s.io/v1\nkind: CertificateSigningRequest\nmetadata: { name: jane }\nspec: { request: %s, signerName: kubernetes.io/kube-apiserver-client, usages: [client auth] }\n' "$(base64 <"$dir/jane.csr" | tr -d '\n')" >"$dir/csr.yaml"
k 'jane created' create -f "$dir/csr.yaml"
k '^jane .*Pending' get csr
k 'jane approved' certificate approve jane
k '^jane .*Approved' get csr

# the budget lets one pod go at a time, so the drain meets refusals and waits for replacements
node=$("$kubectl" get pods -n t -l app=api -o 'jsonpath={.items[0].spec.nodeName}')
if since 21 'create poddisruptionbudget, which sends policy/v1beta1 before 1.21'; then
  k 'poddisruptionbudget.policy/api created' create poddisruptionbudget api -n t --selector=app=api --min-available=3
fi
k 'cordoned' cordon "$node"
k "^$node +Ready,SchedulingDisabled" get nodes
k "^node/$node (drained|evicted)" drain "$node" --ignore-daemonsets --force --delete-emptydir-data --timeout=60s
k 'No resources found' get pods -n t -l app=api --field-selector "spec.nodeName=$node"
k 'uncordoned' uncordon "$node"
k 'tainted' taint node "$node" key=value:NoSchedule
k 'untainted' taint node "$node" key-
k 'deployment.apps "web" deleted' delete -n t -f "$dir/web.yaml"
k_fails 'NotFound' get deployment web -n t
k 'namespace "t" deleted' delete namespace t --timeout=60s
k_fails 'NotFound' get namespace t

report
