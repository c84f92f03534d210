/** Which kinds have a description of their own, and what each reads besides the object. */
import type { KubernetesObject } from "../../core/object.ts";
import type { ApiResource } from "../../core/resource.ts";
import type { LabelSelector } from "../../core/selector.ts";
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from "../../types/apps-v1.ts";
import type * as autoscalingV1 from "../../types/autoscaling-v1.ts";
import type { HorizontalPodAutoscaler } from "../../types/autoscaling-v2.ts";
import type { CronJob, Job } from "../../types/batch-v1.ts";
import type { CertificateSigningRequest } from "../../types/certificates-v1.ts";
import type { Lease } from "../../types/coordination-v1.ts";
import type {
  ConfigMap,
  Endpoints,
  LimitRange,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ReplicationController,
  ResourceQuota,
  Secret,
  Service,
  ServiceAccount,
} from "../../types/core-v1.ts";
import type { EndpointSlice } from "../../types/discovery-v1.ts";
import type { Ingress, IngressClass, IPAddress, NetworkPolicy, ServiceCIDR } from "../../types/networking-v1.ts";
import type { PodDisruptionBudget } from "../../types/policy-v1.ts";
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from "../../types/rbac-v1.ts";
import type { ResourceSlice } from "../../types/resource-v1.ts";
import type { PriorityClass } from "../../types/scheduling-v1.ts";
import type { CSINode, StorageClass, VolumeAttributesClass } from "../../types/storage-v1.ts";
import { withoutNulls } from "../shared/without-nulls.ts";
import { certificateSigningRequest } from "./certificate-requests.ts";
import { configMap, priorityClass, secret, serviceAccount } from "./configuration.ts";
import { generic } from "./generic.ts";
import { type BackendService, backendServices, ingress, ingressClass } from "./ingresses.ts";
import { cronJob, job } from "./jobs.ts";
import type { Layout } from "./layout.ts";
import { ipAddress, networkPolicy, serviceCidr } from "./network.ts";
import { node } from "./nodes.ts";
import { pod } from "./pods.ts";
import { horizontalPodAutoscaler, horizontalPodAutoscalerV1, podDisruptionBudget } from "./policies.ts";
import { limitRange, namespace, resourceQuota } from "./quotas.ts";
import type { Related, Surroundings } from "./related.ts";
import { role, roleBinding } from "./roles.ts";
import { endpointSlice, endpoints, service } from "./services.ts";
import { csiNode, persistentVolume, storageClass, volumeAttributesClass } from "./storage.ts";
import { persistentVolumeClaim } from "./volume-claims.ts";
import { daemonSet, deployment, replicaSet, replicationController, statefulSet } from "./workloads.ts";

/** What is said of an object, its events apart. */
export type Describer = (object: KubernetesObject, near: Surroundings) => Layout | Promise<Layout>;

/** The description of a resource's objects. */
export function describerOf({ group, kind }: Pick<ApiResource, "group" | "kind">): Describer {
  return DESCRIBERS[group === "" ? kind : `${kind}.${group}`] ?? generic;
}

/** Names the type of the objects that a describer is given. One that lacks what its kind requires is shown as it is. */
function of<T extends KubernetesObject>(
  describe: (object: T, near: Surroundings) => Layout | Promise<Layout>,
): Describer {
  return async (object, near) => {
    try {
      return await describe(withoutNulls(object) as T, near);
    } catch (error) {
      if (error instanceof TypeError) return generic(object);
      throw error;
    }
  };
}

const DESCRIBERS: Readonly<Record<string, Describer>> = {
  Pod: of<Pod>((one, { now }) => pod(one, now)),
  ReplicationController: of<ReplicationController>(async (one, near) =>
    replicationController(one, await podsOf(near, one, one.spec?.selector)),
  ),
  "ReplicaSet.apps": of<ReplicaSet>(async (one, near) => replicaSet(one, await podsOf(near, one, one.spec?.selector))),
  "Deployment.apps": of<Deployment>(async (one, near) => {
    const labels = one.spec?.selector;
    return deployment(one, await near.list<ReplicaSet>("replicasets.apps", one.metadata?.namespace, { labels }));
  }),
  "StatefulSet.apps": of<StatefulSet>(async (one, near) =>
    statefulSet(one, await podsOf(near, one, one.spec?.selector)),
  ),
  "DaemonSet.apps": of<DaemonSet>(async (one, near) => daemonSet(one, await podsOf(near, one, one.spec?.selector))),
  "Job.batch": of<Job>(job),
  "CronJob.batch": of<CronJob>(cronJob),

  Service: of<Service>(async (one, near) => service(one, await slicesOf(near, one, one.metadata?.name ?? ""))),
  Endpoints: of<Endpoints>(endpoints),
  "EndpointSlice.discovery.k8s.io": of<EndpointSlice>(endpointSlice),
  "Ingress.networking.k8s.io": of<Ingress>(async (one, near) => ingress(one, await servicesBehind(near, one))),
  "IngressClass.networking.k8s.io": of<IngressClass>(ingressClass),
  "NetworkPolicy.networking.k8s.io": of<NetworkPolicy>(networkPolicy),
  "ServiceCIDR.networking.k8s.io": of<ServiceCIDR>(serviceCidr),
  "IPAddress.networking.k8s.io": of<IPAddress>(ipAddress),

  ConfigMap: of<ConfigMap>(configMap),
  // Whatever is the matter with it, it is never shown field by field.
  Secret: (one) => secret(withoutNulls(one) as Secret),
  ServiceAccount: of<ServiceAccount>(async (one, near) => {
    const fields = { type: "kubernetes.io/service-account-token" };
    return serviceAccount(one, await near.list<Secret>("secrets", one.metadata?.namespace, { fields }));
  }),

  PersistentVolume: of<PersistentVolume>((one, { now }) => persistentVolume(one, now)),
  PersistentVolumeClaim: of<PersistentVolumeClaim>(async (one, near) =>
    persistentVolumeClaim(one, await near.list<Pod>("pods", one.metadata?.namespace), near.now),
  ),
  "StorageClass.storage.k8s.io": of<StorageClass>(storageClass),
  "VolumeAttributesClass.storage.k8s.io": of<VolumeAttributesClass>(volumeAttributesClass),
  "CSINode.storage.k8s.io": of<CSINode>(csiNode),

  Node: of<Node>(describeNode),
  Namespace: of<Namespace>(async (one, near) => {
    const name = one.metadata?.name;
    const [quotas, limits] = await Promise.all([
      near.list<ResourceQuota>("resourcequotas", name),
      near.list<LimitRange>("limitranges", name),
    ]);
    return namespace(one, quotas, limits);
  }),
  LimitRange: of<LimitRange>(limitRange),
  ResourceQuota: of<ResourceQuota>(resourceQuota),
  "PriorityClass.scheduling.k8s.io": of<PriorityClass>(priorityClass),
  "HorizontalPodAutoscaler.autoscaling": of<HorizontalPodAutoscaler>((one) =>
    one.apiVersion === "autoscaling/v1"
      ? horizontalPodAutoscalerV1(one as unknown as autoscalingV1.HorizontalPodAutoscaler)
      : horizontalPodAutoscaler(one),
  ),
  "PodDisruptionBudget.policy": of<PodDisruptionBudget>(podDisruptionBudget),

  "Role.rbac.authorization.k8s.io": of<Role>(role),
  "ClusterRole.rbac.authorization.k8s.io": of<ClusterRole>(role),
  "RoleBinding.rbac.authorization.k8s.io": of<RoleBinding>(roleBinding),
  "ClusterRoleBinding.rbac.authorization.k8s.io": of<ClusterRoleBinding>(roleBinding),
  "CertificateSigningRequest.certificates.k8s.io": of<CertificateSigningRequest>(certificateSigningRequest),
};

/** The pods that a workload's selector chooses; whether they are its own is seen by their owner. */
async function podsOf(
  near: Surroundings,
  { metadata }: KubernetesObject,
  labels: LabelSelector | undefined,
): Promise<Related<Pod>> {
  return near.list<Pod>("pods", metadata?.namespace, { labels });
}

async function slicesOf(
  near: Surroundings,
  { metadata }: KubernetesObject,
  service: string,
): Promise<Related<EndpointSlice>> {
  const labels = { "kubernetes.io/service-name": service };
  return near.list<EndpointSlice>("endpointslices.discovery.k8s.io", metadata?.namespace, { labels });
}

async function servicesBehind(near: Surroundings, one: Ingress): Promise<Map<string, BackendService>> {
  const behind = backendServices(one).map(async (name): Promise<[string, BackendService]> => {
    const [found, slices] = await Promise.all([
      near.get<Service>("services", one.metadata?.namespace, name),
      slicesOf(near, one, name),
    ]);
    return [name, { service: found, slices }];
  });
  return new Map(await Promise.all(behind));
}

async function describeNode(one: Node, near: Surroundings): Promise<Layout> {
  const name = one.metadata?.name ?? "";
  const running = `spec.nodeName=${name},status.phase!=Succeeded,status.phase!=Failed`;
  const [lease, pods, slices] = await Promise.all([
    near.get<Lease>("leases.coordination.k8s.io", "kube-node-lease", name),
    near.list<Pod>("pods", undefined, { fields: running }),
    near.list<ResourceSlice>("resourceslices.resource.k8s.io", undefined, { fields: { "spec.nodeName": name } }),
  ]);
  return node(one, { lease, pods, slices }, near.now);
}
