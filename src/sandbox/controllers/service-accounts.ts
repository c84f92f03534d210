import type { ApiObject } from "../model/object.ts";
import { isJsonObject } from "../model/object.ts";
import { isReason } from "./ownership.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { CONTROLLER_MANAGER } from "./runtime/runtime.ts";

const DEFAULT_ACCOUNT = "default";
const ROOT_CA = "kube-root-ca.crt";
const DESCRIPTION =
  "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

/** Gives every namespace its `default` ServiceAccount, again when it is deleted. */
export function startServiceAccountController(runtime: Runtime): void {
  keepInEveryNamespace(runtime, {
    resource: "serviceaccounts",
    name: DEFAULT_ACCOUNT,
    object: () => ({ metadata: { name: DEFAULT_ACCOUNT } }),
    isGood: () => true,
  });
}

/**
 * Gives every namespace the server's CA certificate in the ConfigMap that pods mount. The function returned replaces
 * it everywhere.
 */
export function startRootCaPublisher(runtime: Runtime, certificate: string): (certificate: string) => void {
  const metadata = { name: ROOT_CA, annotations: { "kubernetes.io/description": DESCRIPTION } };
  let current = certificate;
  const again = keepInEveryNamespace(runtime, {
    resource: "configmaps",
    name: ROOT_CA,
    object: () => ({ metadata, data: { "ca.crt": current } }),
    isGood: (live) => isJsonObject(live.data) && live.data["ca.crt"] === current,
  });
  return (next) => {
    current = next;
    again();
  };
}

interface Kept {
  readonly resource: string;
  readonly name: string;
  object(): Record<string, unknown> & { metadata: object };
  isGood(live: ApiObject): boolean;
}

/** The function returned looks at every namespace again. */
function keepInEveryNamespace(runtime: Runtime, kept: Kept): () => void {
  const { registry } = runtime;
  const { resource, name } = kept;
  const namespaces = runtime.informer<ApiObject>("namespaces");
  const queue = runtime.queue(reconcile, { atOnce: true });
  namespaces.watch(({ object: namespace }) => queue.add(namespace.metadata.name ?? ""));
  runtime.informer<ApiObject>(resource).watch(({ type, object: live }) => {
    if (type !== "ADDED" && live.metadata.name === name) queue.add(live.metadata.namespace ?? "");
  });
  return () => {
    for (const namespace of namespaces.list()) queue.add(namespace.metadata.name ?? "");
  };

  function reconcile(namespace: string): void {
    const parent = namespaces.get("", namespace);
    if (parent === undefined || parent.metadata.deletionTimestamp !== undefined) return;
    const live = registry.get(resource, namespace, name);
    const write = { manager: CONTROLLER_MANAGER };
    if (live !== undefined) {
      if (!kept.isGood(live)) registry.update(resource, { ...live, ...kept.object(), metadata: live.metadata }, write);
      return;
    }
    try {
      registry.create(resource, namespace, kept.object(), write);
    } catch (error) {
      if (!isReason(error, "AlreadyExists")) throw error;
    }
  }
}
