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
    object: { metadata: { name: DEFAULT_ACCOUNT } },
    isGood: () => true,
  });
}

/** Gives every namespace the server's CA certificate in the ConfigMap that pods mount. */
export function startRootCaPublisher(runtime: Runtime, certificate: string): void {
  const data = { "ca.crt": certificate };
  keepInEveryNamespace(runtime, {
    resource: "configmaps",
    name: ROOT_CA,
    object: { metadata: { name: ROOT_CA, annotations: { "kubernetes.io/description": DESCRIPTION } }, data },
    isGood: (live) => isJsonObject(live.data) && live.data["ca.crt"] === certificate,
  });
}

interface Kept {
  readonly resource: string;
  readonly name: string;
  readonly object: Record<string, unknown> & { metadata: object };
  isGood(live: ApiObject): boolean;
}

function keepInEveryNamespace(runtime: Runtime, kept: Kept): void {
  const { registry } = runtime;
  const { resource, name, object } = kept;
  const namespaces = runtime.informer<ApiObject>("namespaces");
  const queue = runtime.queue(reconcile);
  namespaces.watch(({ object: namespace }) => queue.add(namespace.metadata.name ?? ""));
  runtime.informer<ApiObject>(resource).watch(({ type, object: live }) => {
    if (type !== "ADDED" && live.metadata.name === name) queue.add(live.metadata.namespace ?? "");
  });

  function reconcile(namespace: string): void {
    const parent = namespaces.get("", namespace);
    if (parent === undefined || parent.metadata.deletionTimestamp !== undefined) return;
    const live = registry.get(resource, namespace, name);
    const write = { manager: CONTROLLER_MANAGER };
    if (live !== undefined) {
      if (!kept.isGood(live)) registry.update(resource, { ...live, ...object, metadata: live.metadata }, write);
      return;
    }
    try {
      registry.create(resource, namespace, object, write);
    } catch (error) {
      if (!isReason(error, "AlreadyExists")) throw error;
    }
  }
}
