/** What the methods of `k8s` itself ask of the server. */
import { RBAC_GROUP } from "./granting-access.ts";
import { JOINED_AT_1 } from "./helper-rights.ts";
import {
  both,
  given,
  has,
  type MethodCall,
  type MethodRight,
  type MethodRights,
  not,
  optionOf,
} from "./method-rights.ts";
import { isLiteralObject, PartialText, UNSEEN } from "./source-literals.ts";

const list: MethodRight = { verbs: ["list"] };

/** The kind of binding that a grant with these options makes. */
function bindings(call: MethodCall, verbs: readonly string[]): readonly MethodRight[] {
  const namespace = optionOf(call, "namespace", 0);
  const everywhere = namespace === "*" || call.scope === "everywhere";
  const kinds =
    namespace === UNSEEN
      ? ["rolebindings", "clusterrolebindings"]
      : [everywhere ? "clusterrolebindings" : "rolebindings"];
  return kinds.map((kind) => ({ resource: `${kind}.${RBAC_GROUP}`, verbs }));
}

/** All that says who may do what. */
function readsRbac(): readonly MethodRight[] {
  return ["clusterrolebindings", "rolebindings", "clusterroles", "roles"].map((one) => ({
    resource: `${one}.${RBAC_GROUP}`,
    verbs: ["list"],
  }));
}

/** The object that keeps the inventory of a set: a Secret unless it is named with its type. */
function applySet(call: MethodCall, verbs: readonly string[]): readonly MethodRight[] {
  const set = optionOf(call, "applySet", 1);
  if (set === undefined) return [];
  const text = set instanceof PartialText ? (set.parts[0] ?? "") : set;
  const type = typeof text === "string" && text.includes("/") ? text.slice(0, text.indexOf("/")) : "secrets";
  return [{ resource: type, verbs }];
}

export const CLUSTER_RIGHTS: Readonly<Record<string, MethodRights>> = {
  apply: (call) => applySet(call, ["get", "create", "patch"]),
  diff: (call) => applySet(call, ["get"]),
  create: [],
  replace: [],
  delete: [],
  wait: [],
  proxy: [],
  across: (call) => {
    const targets = call.args[0];
    const namespaces = isLiteralObject(targets) ? targets.namespaces : targets === UNSEEN ? UNSEEN : undefined;
    const listed = namespaces !== undefined && !Array.isArray(namespaces);
    return listed ? [{ ...list, resource: "namespaces" }] : [];
  },
  run: [{ resource: "pods", verbs: ["create"] }, ...JOINED_AT_1],
  health: [],
  clusterInfo: (call) => [
    { ...list, resource: "services", namespace: call.scope !== "session" ? undefined : "kube-system" },
    { ...list, resource: "nodes" },
  ],
  "top.nodes": [
    { verbs: ["get"], resource: "nodes.metrics.k8s.io", when: given("name", 0) },
    { verbs: ["get"], resource: "nodes", when: given("name", 0) },
    { ...list, resource: "nodes.metrics.k8s.io", when: not(both(given("name", 0), not(has("name", UNSEEN, 0)))) },
    { ...list, resource: "nodes", when: not(both(given("name", 0), not(has("name", UNSEEN, 0)))) },
  ],
  "top.pods": [
    { verbs: ["get"], resource: "pods.metrics.k8s.io", when: given("name", 0) },
    { ...list, resource: "pods.metrics.k8s.io", when: not(both(given("name", 0), not(has("name", UNSEEN, 0)))) },
    // Where there are no figures, whether there are pods that should have some.
    { ...list, resource: "pods", when: not(both(given("name", 0), not(has("name", UNSEEN, 0)))) },
  ],
  "access.can": [],
  "access.whoami": [],
  "access.rules": [],
  "access.whoCan": readsRbac(),
  "access.rulesOf": readsRbac(),
  "access.grant": (call) => [
    { verbs: ["get"], resource: `roles.${RBAC_GROUP}`, when: given("role", 0) },
    { verbs: ["get"], resource: `clusterroles.${RBAC_GROUP}`, when: given("clusterRole", 0) },
    ...bindings(call, ["get", "list", "create", "update"]),
  ],
  "access.revoke": (call) => bindings(call, ["get", "list", "update", "delete"]),
  "access.reconcile": [],
  "access.kubeconfig": [{ verbs: ["create"], resource: "serviceaccounts", subresource: "token" }],
  // Whom it names, its arguments tell.
  as: [],
  can: [],
  whoami: [],
  info: [],
  version: [],
  versions: [],
  resources: [],
  explain: [],
  close: [],
};

/** What each object of a manifest asks, of methods that take manifests. */
export const MANIFEST_RIGHTS: Readonly<Record<string, MethodRights>> = {
  apply: [
    { verbs: ["get", "create", "patch"] },
    { verbs: ["list", "watch"], when: given("wait") },
    { verbs: ["list", "delete"], when: given("prune") },
  ],
  diff: [{ verbs: ["get", "create", "patch"] }, { ...list, when: given("prune") }],
  create: [{ verbs: ["create"] }, { verbs: ["list", "watch"], when: given("wait") }],
  replace: [{ verbs: ["get", "update"] }, { verbs: ["list", "watch"], when: given("wait") }],
  delete: [{ verbs: ["delete"] }, { verbs: ["list", "watch"], when: not(has("wait", false)) }],
  "access.reconcile": [{ verbs: ["get", "create", "update"] }],
};
