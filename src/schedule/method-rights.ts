/** What the methods of `k8s` and of its helpers ask of the server, as rights. */

/** One right that a call needs. */
export interface MethodRight {
  readonly verbs: readonly string[];
  /** The resource, with its group; default the helper's own. */
  readonly resource?: string;
  readonly subresource?: string;
  /** Whether it is needed in all namespaces, wherever the call is. */
  readonly everywhere?: boolean;
}

const get: MethodRight = { verbs: ["get"] };
const patch: MethodRight = { verbs: ["get", "patch"] };
const watch: MethodRight = { verbs: ["list", "watch"] };
/** Since 1.35 a WebSocket needs `create` besides `get`. */
const stream = (subresource: string): MethodRight => ({ resource: "pods", verbs: ["get", "create"], subresource });
const pods = (...verbs: string[]): MethodRight => ({ resource: "pods", verbs });
/** Another object's name stands for its pods. */
const podsOf: readonly MethodRight[] = [get, pods("get", "list")];
const REVISIONS: readonly MethodRight[] = [
  { resource: "replicasets.apps", verbs: ["list"] },
  { resource: "controllerrevisions.apps", verbs: ["list"] },
];
const EVENTS: MethodRight = { resource: "events", verbs: ["list"] };

/** Methods of a resource helper: `get`, `rollout.undo`. */
export const HELPER_RIGHTS: Readonly<Record<string, readonly MethodRight[]>> = {
  get: [get],
  find: [get],
  list: [{ verbs: ["list"] }],
  iterate: [{ verbs: ["list"] }],
  watch: [watch],
  cache: [watch],
  wait: [{ verbs: ["get", "list", "watch"] }, EVENTS],
  create: [{ verbs: ["create"] }],
  apply: [{ verbs: ["create", "patch"] }],
  replace: [{ verbs: ["update"] }],
  patch: [{ verbs: ["patch"] }],
  edit: [{ verbs: ["get", "update"] }],
  delete: [{ verbs: ["delete"] }],
  deleteAll: [{ verbs: ["list", "deletecollection"] }],
  label: [patch],
  annotate: [patch],
  scale: [{ verbs: ["get", "patch"], subresource: "scale" }],
  autoscale: [get, { resource: "horizontalpodautoscalers.autoscaling", verbs: ["create"] }],
  expose: [get, { resource: "services", verbs: ["create"] }],
  "set.image": [patch],
  "set.env": [patch],
  "set.resources": [patch],
  "rollout.status": [watch],
  "rollout.wait": [watch],
  "rollout.history": [get, ...REVISIONS],
  "rollout.undo": [patch, ...REVISIONS],
  "rollout.restart": [patch],
  "rollout.pause": [patch],
  "rollout.resume": [patch],
  cordon: [patch],
  uncordon: [patch],
  taint: [patch],
  drainPlan: [
    get,
    { resource: "pods", verbs: ["list"], everywhere: true },
    { resource: "daemonsets.apps", verbs: ["get", "list"], everywhere: true },
  ],
  drain: [
    patch,
    { resource: "pods", verbs: ["get", "list", "watch"], everywhere: true },
    { resource: "pods", verbs: ["create"], subresource: "eviction", everywhere: true },
    { resource: "daemonsets.apps", verbs: ["get", "list"], everywhere: true },
  ],
  logs: [get, pods("get", "list", "watch"), { resource: "pods", verbs: ["get"], subresource: "log" }],
  exec: [...podsOf, stream("exec")],
  shell: [...podsOf, stream("exec")],
  cp: [...podsOf, stream("exec")],
  attach: [get, pods("get", "list", "watch"), stream("attach")],
  debug: [
    get,
    pods("get", "list", "watch", "create", "delete"),
    { resource: "pods", verbs: ["get"], subresource: "log" },
    { resource: "pods", verbs: ["get", "patch"], subresource: "ephemeralcontainers" },
    stream("attach"),
  ],
  portForward: [get, pods("get", "list", "watch"), stream("portforward")],
  fetch: [{ verbs: ["get", "create", "update", "patch", "delete"], subresource: "proxy" }],
  events: [EVENTS],
  follow: [watch],
  token: [{ verbs: ["create"], subresource: "token" }],
  approve: [get, { verbs: ["update"], subresource: "approval" }],
  deny: [get, { verbs: ["update"], subresource: "approval" }],
};

/** Methods of `k8s` itself that always ask the same. */
export const CLUSTER_RIGHTS: Readonly<Record<string, readonly MethodRight[]>> = {
  run: [
    pods("get", "list", "watch", "create", "delete"),
    stream("attach"),
    { resource: "pods", verbs: ["get"], subresource: "log" },
  ],
  "top.nodes": [
    { resource: "nodes.metrics.k8s.io", verbs: ["get", "list"] },
    { resource: "nodes", verbs: ["get", "list"] },
  ],
  "top.pods": [{ resource: "pods.metrics.k8s.io", verbs: ["get", "list"] }],
};
