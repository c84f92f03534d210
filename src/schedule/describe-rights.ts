import { groupResource } from "../core/path.ts";
import { given, has, type MethodCall, type MethodRight, not } from "./method-rights.ts";
import { isLiteralObject, UNSEEN } from "./source-literals.ts";

const pods: MethodRight = { resource: "pods", verbs: ["list"] };
const slices: MethodRight = { resource: "endpointslices.discovery.k8s.io", verbs: ["list"] };

/** What is shown beside an object, by its resource. */
const RELATED: Readonly<Record<string, readonly MethodRight[]>> = {
  "deployments.apps": [{ resource: "replicasets.apps", verbs: ["list"] }],
  "replicasets.apps": [pods],
  "statefulsets.apps": [pods],
  "daemonsets.apps": [pods],
  replicationcontrollers: [pods],
  persistentvolumeclaims: [pods],
  services: [slices],
  "ingresses.networking.k8s.io": [{ resource: "services", verbs: ["get"] }, slices],
  serviceaccounts: [{ resource: "secrets", verbs: ["list"] }],
  namespaces: [
    { resource: "resourcequotas", verbs: ["list"], namespace: "*" },
    { resource: "limitranges", verbs: ["list"], namespace: "*" },
  ],
  nodes: [
    { resource: "leases.coordination.k8s.io", verbs: ["get"], namespace: "kube-node-lease" },
    { resource: "pods", verbs: ["list"], namespace: "*" },
    { resource: "resourceslices.resource.k8s.io", verbs: ["list"] },
  ],
};

/** What `describe` reads. A namespace is described by its name, so what it holds is read there alone. */
export function describeRights(call: MethodCall): readonly MethodRight[] {
  const { own, args } = call;
  const [which] = args;
  const named = typeof which === "string" || Array.isArray(which);
  const chosen = which === undefined || isLiteralObject(which);
  const optionsAt = chosen ? 0 : 1;
  const events: MethodRight = {
    resource: "events",
    verbs: ["list"],
    namespace: own?.namespaced === false ? "*" : undefined,
    when: not((one) => has("showEvents", false, optionsAt)(one) && !has("showEvents", UNSEEN, optionsAt)(one)),
  };
  const unseen = !named && !chosen;
  return [
    ...(named || unseen ? [{ verbs: ["get"] }] : []),
    // Where there is none of the name, those are shown that begin so.
    ...(Array.isArray(which) ? [] : [{ verbs: ["list"] }]),
    ...(own === undefined ? [] : related(groupResource(own), which)),
    ...(Array.isArray(which) && !given("showEvents")(call) ? [] : [events]),
  ];
}

function related(resource: string, which: MethodCall["args"][number]): readonly MethodRight[] {
  const rights = RELATED[resource] ?? [];
  if (resource !== "namespaces" || typeof which !== "string") return rights;
  return rights.map((one) => ({ ...one, namespace: which }));
}
