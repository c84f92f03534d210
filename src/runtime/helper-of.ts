import type { ResourceHelper } from "../operations/resource-helper.ts";
import type { BuiltInResources } from "../types/built-in.ts";

type Nodes = "nodes" | "no";
type Pods = "pods" | "po";
type Requests = "certificatesigningrequests" | "csr";
type RollingOut = "deployments" | "deploy" | "daemonsets" | "ds" | "statefulsets" | "sts";

/** The verbs that few built-in resources have, and which; the others' refuse at run time. */
export interface VerbOwners {
  readonly cordon: Nodes;
  readonly uncordon: Nodes;
  readonly taint: Nodes;
  readonly drain: Nodes;
  readonly drainPlan: Nodes;
  readonly token: "serviceaccounts" | "sa";
  readonly approve: Requests;
  readonly deny: Requests;
  readonly recent: "events" | "ev";
  readonly follow: "events" | "ev";
  readonly cp: Pods;
  readonly fetch: Pods | Nodes | "services" | "svc";
  readonly proxyPath: Pods | Nodes | "services" | "svc";
  readonly rollout: RollingOut;
}

/** The verbs of others, as what cannot be called: the compiler refuses `k8s.pods.cordon("web-0")`. */
type NotOf<K> = { readonly [V in keyof VerbOwners as K extends VerbOwners[V] ? never : V]: never };

/** The helper under a built-in plural or short name. */
export type HelperOf<K extends keyof BuiltInResources> = ResourceHelper<BuiltInResources[K]> & NotOf<K>;
