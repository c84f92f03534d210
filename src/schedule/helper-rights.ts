/** What the methods of resource helpers ask of the server. */
import { describeRights } from "./describe-rights.ts";
import {
  both,
  type Condition,
  either,
  given,
  has,
  type MethodRight,
  type MethodRights,
  namespaced,
  not,
  on,
  optionOf,
} from "./method-rights.ts";
import { type Literal, PartialText, UNSEEN } from "./source-literals.ts";

const get: MethodRight = { verbs: ["get"] };
const list: MethodRight = { verbs: ["list"] };
const watch: MethodRight = { verbs: ["list", "watch"] };
const change: MethodRight = { verbs: ["get", "patch"] };

const WORKLOADS = on(
  "deployments.apps",
  "replicasets.apps",
  "statefulsets.apps",
  "daemonsets.apps",
  "jobs.batch",
  "replicationcontrollers",
);
const isPods = on("pods");
const isNodes = on("nodes");

function pods(verbs: readonly string[], when?: Condition, namespace?: string): MethodRight {
  return { resource: "pods", verbs, namespace, ...(when === undefined ? {} : { when }) };
}

/** Since 1.35 a WebSocket needs `create` besides `get`. */
function stream(subresource: string, when?: Condition): MethodRight {
  return { resource: "pods", verbs: ["get", "create"], subresource, ...(when === undefined ? {} : { when }) };
}

function podLog(when?: Condition): MethodRight {
  return { resource: "pods", verbs: ["get"], subresource: "log", ...(when === undefined ? {} : { when }) };
}

/** Another object's name stands for its pods. */
const PODS_OF: readonly MethodRight[] = [get, pods(["list"], not(isPods))];
const REVISIONS: readonly MethodRight[] = [
  { resource: "replicasets.apps", verbs: ["list"], when: on("deployments.apps") },
  { resource: "controllerrevisions.apps", verbs: ["list"], when: on("statefulsets.apps", "daemonsets.apps") },
];
/** Why something does not come about is told by events and the states of pods. Those of what has no namespace are in `default`. */
const TROUBLE: readonly MethodRight[] = [
  pods(["list"], WORKLOADS),
  { resource: "events", verbs: ["list"], when: namespaced },
  { resource: "events", verbs: ["list"], namespace: "default", when: not(namespaced) },
];
const DRAINED: readonly MethodRight[] = [
  pods(["list"], undefined, "*"),
  { resource: "daemonsets.apps", verbs: ["get"], namespace: "*" },
];
/** A container that was made for it is joined: by its log, with input as itself. */
function joined(optionsAt: number): readonly MethodRight[] {
  const [attached, terminal] = [given("attach", optionsAt), given("terminal", optionsAt)];
  return [
    pods(["list", "watch"], either(attached, terminal)),
    podLog(either(attached, terminal)),
    stream("attach", either(terminal, both(attached, given("stdin", optionsAt)))),
    pods(["delete"], given("rm", optionsAt)),
  ];
}
const approval: readonly MethodRight[] = [
  get,
  { verbs: ["update"], subresource: "approval" },
  // Whoever decides needs it for the request's signer.
  { verbs: ["approve"], resource: "signers.certificates.k8s.io" },
];
/** `"web:http"`, `"https:web:http"`; what is not seen may have one. */
const hasNamedPort: Condition = ({ args: [address] }) =>
  typeof address !== "string" || /:[^:]*[a-z][^:]*$/.test(address);
/** The API server asks for the verb of the HTTP method. */
const PROXY_VERBS: Readonly<Record<string, string>> = {
  GET: "get",
  HEAD: "get",
  OPTIONS: "get",
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};
function fetchVerbs(method: Literal): readonly string[] {
  if (method === undefined) return ["get"];
  const verb = typeof method === "string" ? PROXY_VERBS[method.toUpperCase()] : undefined;
  return verb === undefined ? [...new Set(Object.values(PROXY_VERBS))] : [verb];
}
const isNamed: Condition = ({ args: [target] }) => typeof target === "string" || Array.isArray(target);
/** Without a name, nodes are chosen by selectors. */
const NODES_CHOSEN: MethodRight = { ...list, when: not(isNamed) };
const NODES_CHANGED: readonly MethodRight[] = [change, NODES_CHOSEN];
const mayBeNamed: Condition = either(
  isNamed,
  ({ args: [target] }) => target === UNSEEN || target instanceof PartialText,
);
const follows: Condition = either(given("follow"), given("follow", 0));
const waitsForScale: Condition = given("wait", 2);
const overScale: Condition = either(given("currentReplicas", 2), given("resourceVersion", 2));
const setsScale: Condition = ({ args }) => args[1] !== undefined;

/** What the run and debug verbs of `k8s` and of pods have in common. */
export const JOINED_AT_1: readonly MethodRight[] = joined(1);

export const HELPER_RIGHTS: Readonly<Record<string, MethodRights>> = {
  get: [get],
  find: [get],
  list: [list],
  iterate: [list],
  table: [
    { ...get, when: given("name", 0) },
    { ...list, when: either(not(given("name", 0)), has("name", UNSEEN, 0)) },
  ],
  watch: [watch],
  cache: [watch],
  wait: [
    { ...watch, when: either(not(given("timeoutMs", 2)), not(has("timeoutMs", 0, 2)), has("timeoutMs", UNSEEN, 2)) },
    // Looked at once, without a watch.
    { ...get, when: has("timeoutMs", 0, 2) },
    { ...list, when: has("timeoutMs", 0, 2) },
    ...TROUBLE,
  ],
  create: [{ verbs: ["create"] }],
  apply: [{ verbs: ["create", "patch"] }],
  replace: [{ verbs: ["update"] }],
  patch: [{ verbs: ["patch"] }],
  edit: [{ verbs: ["get", "update"] }],
  delete: [{ verbs: ["delete"] }, { ...watch, when: given("wait") }],
  deleteAll: [{ verbs: ["deletecollection"] }, { ...watch, when: given("wait", 0) }],
  label: [change],
  annotate: [change],
  scale: [
    { verbs: ["get"], subresource: "scale", when: either(not(setsScale), overScale, waitsForScale) },
    { verbs: ["patch"], subresource: "scale", when: both(setsScale, not(overScale)) },
    { verbs: ["update"], subresource: "scale", when: both(setsScale, overScale) },
    { ...watch, when: waitsForScale },
    ...TROUBLE.map((right) => ({ ...right, when: both(waitsForScale, right.when ?? (() => true)) })),
  ],
  autoscale: [get, { resource: "horizontalpodautoscalers.autoscaling", verbs: ["create"] }],
  expose: [get, { resource: "services", verbs: ["create"] }],
  "set.image": [change],
  "set.env": [change],
  "set.resources": [change],
  "rollout.status": [watch, ...TROUBLE],
  "rollout.wait": [watch, ...TROUBLE],
  "rollout.history": [get, ...REVISIONS],
  "rollout.undo": [change, ...REVISIONS],
  "rollout.restart": [change],
  "rollout.pause": [change],
  "rollout.resume": [change],
  cordon: NODES_CHANGED,
  uncordon: NODES_CHANGED,
  taint: NODES_CHANGED,
  drainPlan: [get, NODES_CHOSEN, ...DRAINED],
  drain: [
    ...NODES_CHANGED,
    ...DRAINED,
    pods(["get", "watch"], undefined, "*"),
    {
      resource: "pods",
      verbs: ["create"],
      subresource: "eviction",
      namespace: "*",
      when: not(given("disableEviction")),
    },
    pods(["delete"], given("disableEviction"), "*"),
  ],
  logs: [
    { ...get, when: mayBeNamed },
    pods(["list"], either(not(isPods), not(isNamed))),
    { ...watch, when: follows },
    pods(["list", "watch"], follows),
    { resource: "jobs.batch", verbs: ["get"], when: on("cronjobs.batch") },
    podLog(),
  ],
  exec: [...PODS_OF, stream("exec")],
  shell: [...PODS_OF, stream("exec")],
  cp: [get, stream("exec")],
  attach: [...PODS_OF, pods(["list", "watch"], not(given("live"))), stream("attach")],
  debug: [
    ...PODS_OF,
    pods(["list", "watch"]),
    pods(["create"], either(isNodes, given("copyTo"))),
    pods(["delete"], given("replace")),
    {
      resource: "pods",
      verbs: ["patch"],
      subresource: "ephemeralcontainers",
      when: not(either(isNodes, given("copyTo"))),
    },
    ...JOINED_AT_1,
  ],
  portForward: [get, { ...watch, when: not(isPods) }, pods(["list", "watch"]), stream("portforward")],
  fetch: (call) => [
    { verbs: fetchVerbs(optionOf(call, "method", 2)), subresource: "proxy" },
    // A pod's port by its name is looked up; why a service does not answer, by its ports.
    { ...get, when: either(not(isPods), hasNamedPort) },
  ],
  proxyPath: [{ ...get, when: both(isPods, hasNamedPort) }],
  events: [
    { resource: "events", verbs: ["list"], when: namespaced },
    { resource: "events", verbs: ["list"], namespace: "default", when: not(namespaced) },
  ],
  recent: [list],
  follow: [watch],
  token: [{ verbs: ["create"], subresource: "token" }],
  approve: approval,
  deny: approval,
  describe: describeRights,
  // All that is owned is looked for, then the states of what usually is found.
  tree: [
    get,
    { resource: "*", verbs: ["list"] },
    pods(["get"], either(WORKLOADS, on("cronjobs.batch"))),
    { resource: "replicasets.apps", verbs: ["get"], when: on("deployments.apps") },
    { resource: "jobs.batch", verbs: ["get"], when: on("cronjobs.batch") },
  ],
};

/** What the methods of a sub-resource ask: `k8s.pods.status.patch(…)`. */
export const SUBRESOURCE_RIGHTS: Readonly<Record<string, MethodRights>> = {
  get: [get],
  replace: [{ verbs: ["update"] }],
  patch: [{ verbs: ["patch"] }],
  apply: [{ verbs: ["patch"] }],
  create: [{ verbs: ["create"] }],
};
