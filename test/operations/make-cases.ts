import { readFileSync } from "node:fs";
import { make } from "../../src/operations/make/make.ts";

/** What a line of `kubectl create` makes is what these make; `kubectl-create.json` holds kubectl 1.35's own answers. */
export const CASES: Readonly<Record<string, () => unknown>> = {
  "deployment web --image=nginx:1.27 --replicas=3 --port=80": () =>
    make.deployment("web", { image: "nginx:1.27", replicas: 3, port: 80 }),
  "deployment web --image=reg:5000/a/nginx@sha256:12 --image=redis:7": () =>
    make.deployment("web", { image: ["reg:5000/a/nginx@sha256:12", "redis:7"] }),
  "deployment web --image=busybox -- sh -c date": () =>
    make.deployment("web", { image: "busybox", command: ["sh", "-c", "date"] }),
  "service clusterip web --tcp=80:8080 --tcp=443": () => make.service("web", { tcp: ["80:8080", 443] }),
  "service clusterip web --clusterip=None": () => make.service("web", { clusterIP: "None" }),
  "service nodeport web --tcp=80:http --node-port=30080": () =>
    make.service("web", { type: "NodePort", tcp: "80:http", nodePort: 30_080 }),
  "service loadbalancer web --tcp=80": () => make.service("web", { type: "LoadBalancer", tcp: 80 }),
  "service externalname web --external-name=example.com --tcp=80": () =>
    make.service("web", { type: "ExternalName", externalName: "example.com", tcp: 80 }),
  "job one --image=busybox -- date": () => make.job("one", { image: "busybox", command: ["date"] }),
  'cronjob c --image=busybox --schedule="*/5 * * * *" --restart=Never -- date': () =>
    make.cronJob("c", { image: "busybox", schedule: "*/5 * * * *", restart: "Never", command: ["date"] }),
  "configmap cm --from-literal=b=x=y --from-literal=a=1": () => make.configMap("cm", { data: { b: "x=y", a: "1" } }),
  "configmap cm": () => make.configMap("cm"),
  "configmap cm --from-literal=a='<&>' --append-hash": () =>
    make.configMap("cm", { data: { a: "<&>" }, appendHash: true }),
  "configmap cm --from-literal=2=x --from-literal=10=y --append-hash": () =>
    make.configMap("cm", { data: { 2: "x", 10: "y" }, appendHash: true }),
  "configmap cm --append-hash": () => make.configMap("cm", { appendHash: true }),
  "secret generic s --from-literal=a=1 --type=example.com/x --append-hash": () =>
    make.secret("s", { data: { a: "1" }, type: "example.com/x", appendHash: true }),
  "secret generic s --append-hash": () => make.secret("s", { appendHash: true }),
  "secret docker-registry r --docker-username=u --docker-password=p --docker-email=e@x.y": () =>
    make.dockerRegistrySecret("r", { username: "u", password: "p", email: "e@x.y" }),
  "secret docker-registry r --docker-username=u --docker-password=p --docker-server=r.example.com": () =>
    make.dockerRegistrySecret("r", { username: "u", password: "p", server: "r.example.com" }),
  "secret docker-registry r --docker-username=u --docker-password='<&>' --append-hash": () =>
    make.dockerRegistrySecret("r", { username: "u", password: "<&>", appendHash: true }),
  "secret docker-registry r --from-file=.dockerconfigjson=test/operations/docker-config.json": () =>
    make.dockerRegistrySecret("r", {
      config: readFileSync(new URL("./docker-config.json", import.meta.url)),
    }),
  'ingress i --rule="foo.com/bar=svc1:8080,tls=my-cert" --rule="foo.com/*=svc2:http" --class=nginx --default-backend=d:80 --annotation=a=b':
    () =>
      make.ingress("i", {
        rules: ["foo.com/bar=svc1:8080,tls=my-cert", "foo.com/*=svc2:http"],
        class: "nginx",
        defaultBackend: "d:80",
        annotations: { a: "b" },
      }),
  'ingress i --rule="/=svc:80" --rule="*.x.com/path*=svc2:80,tls"': () =>
    make.ingress("i", { rules: ["/=svc:80", "*.x.com/path*=svc2:80,tls"] }),
  'ingress i --rule="foo.com/=svc:80,tls=s1" --rule="foo.com/a=svc:80,tls=s1" --rule="bar.com/=svc:http,tls=s1"': () =>
    make.ingress("i", {
      rules: [
        { host: "foo.com", path: "/", pathType: "Exact", service: "svc", port: 80, tls: "s1" },
        "foo.com/a=svc:80,tls=s1",
        "bar.com/=svc:http,tls=s1",
      ],
    }),
  "role r --verb=get,list --resource=pods,deployments.apps,pods/log": () =>
    make.role("r", { verbs: "get,list", resources: ["pods", "deployments.apps", "pods/log"] }),
  "role r --verb=impersonate-on:user-info:list --resource=pods": () =>
    make.role("r", { verbs: "impersonate-on:user-info:list", resources: "pods" }),
  "role r --verb=get,* --resource=po --resource=deploy/scale --resource-name=a --resource-name=b": () =>
    make.role("r", { verbs: "get,*", resources: ["po", "deploy/scale"], resourceNames: ["a", "b"] }),
  "clusterrole r --verb=get --non-resource-url='/logs/*' --resource=no": () =>
    make.clusterRole("r", { verbs: ["get"], nonResourceURLs: "/logs/*", resources: "no" }),
  "clusterrole r --aggregation-rule=a=b,c=d": () => make.clusterRole("r", { aggregationRule: "a=b,c=d" }),
  "clusterrole r --verb='*' --resource='*.*'": () => make.clusterRole("r", { verbs: "*", resources: "*.*" }),
  "clusterrole r --verb=impersonate --resource=users,groups": () =>
    make.clusterRole("r", { verbs: "impersonate", resources: "users,groups" }),
  "rolebinding b --clusterrole=view --user=jane --group=g --serviceaccount=ns:sa": () =>
    make.roleBinding("b", { clusterRole: "view", users: "jane", groups: "g", serviceAccounts: "ns:sa" }),
  "rolebinding b --role=r --user=jane": () => make.roleBinding("b", { role: "r", users: ["jane"] }),
  "clusterrolebinding b --clusterrole=view --serviceaccount=ns:sa --user=u1 --user=u2": () =>
    make.clusterRoleBinding("b", { clusterRole: "view", serviceAccounts: ["ns:sa"], users: ["u1", "u2"] }),
  "pdb p --selector='app=web,tier in (b)' --min-available=50%": () =>
    make.pdb("p", { selector: "app=web,tier in (b)", minAvailable: "50%" }),
  "pdb p --selector=app=web --max-unavailable=1": () =>
    make.podDisruptionBudget("p", { selector: { app: "web" }, maxUnavailable: 1 }),
  "quota q --hard=cpu=1,memory=1Gi,pods=2 --scopes=BestEffort": () =>
    make.quota("q", { hard: { cpu: 1, memory: "1Gi", pods: 2 }, scopes: "BestEffort" }),
  "priorityclass p --value=1000 --description=x --global-default --preemption-policy=Never": () =>
    make.priorityClass("p", { value: 1000, description: "x", globalDefault: true, preemptionPolicy: "Never" }),
  "priorityclass p --value=0 --description=''": () => make.priorityClass("p", { value: 0, description: "" }),
  "priorityclass p --value=1000": () => make.priorityClass("p", { value: 1000 }),
  "namespace n": () => make.namespace("n"),
  "serviceaccount s -n ns": () => make.serviceAccount("s", { namespace: "ns" }),
};
