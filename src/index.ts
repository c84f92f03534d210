/** The library: `import { openCluster, recipe } from "kubescript"`. */
export type { Connection } from "./config/connection.ts";
export type { ConnectionFlags } from "./config/connection-flags.ts";
export type { KubernetesObject, ListMeta, ObjectMeta, OwnerReference, UnknownObject } from "./core/object.ts";
export type { PatchType } from "./core/requests.ts";
export type { ApiResource } from "./core/resource.ts";
export type { FieldSelector, LabelSelector, LabelSelectorObject } from "./core/selector.ts";
export type { Discovery, ResourceFilter } from "./discovery/discovery.ts";
export type { ExplainOptions } from "./discovery/explain.ts";
export {
  AbortError,
  ApiError,
  CommandError,
  ConfigError,
  ConnectionError,
  type ErrorCode,
  isApiError,
  isKubescriptError,
  KubescriptError,
  type Status,
  type StatusCause,
  TimeoutError,
  UsageError,
} from "./errors.ts";
export type { Access } from "./operations/access/access.ts";
export type { CanOptions } from "./operations/access/attributes.ts";
export type { DecideOptions } from "./operations/access/certificates.ts";
export type { GrantOptions, GrantResult } from "./operations/access/grant.ts";
export type { KubeconfigFileOptions, KubeconfigOptions, WrittenKubeconfig } from "./operations/access/kubeconfig.ts";
export type { ReconciledObject, ReconcileOptions } from "./operations/access/reconcile.ts";
export type { AccessRule, AccessRules, RulesOfOptions } from "./operations/access/rules.ts";
export type { BoundObject, ServiceAccountToken, TokenOptions } from "./operations/access/token.ts";
export type { SubjectWithAccess, WhoCan } from "./operations/access/who-can.ts";
export type { AcrossOptions } from "./operations/across/across.ts";
export type { AcrossFailure, AcrossResult, AcrossResults, AcrossSuccess } from "./operations/across/results.ts";
export type { AcrossNamespaces, AcrossTarget, AcrossTargets } from "./operations/across/targets.ts";
export type { ClusterInfoOptions, ClusterOverview, ClusterService } from "./operations/cluster-info/cluster-info.ts";
export type { CopyOptions } from "./operations/copy/copy.ts";
export type { CopyProgress, CopyReport, SkippedPath } from "./operations/copy/copy-report.ts";
export type { CustomContainer } from "./operations/debug/custom-container.ts";
export type {
  AttachedDebugOptions,
  DebugContainer,
  DebugOptions,
  TerminalDebugOptions,
} from "./operations/debug/debug.ts";
export type { DebugContainerOptions, DebugCopyOptions } from "./operations/debug/debug-objects.ts";
export type { DebugProfile } from "./operations/debug/profile.ts";
export type { DescribeOptions } from "./operations/describe/describe.ts";
export type { EventOptions } from "./operations/events/event-selection.ts";
export type { AttachOptions, LiveAttachOptions, TerminalAttachOptions } from "./operations/exec/attach.ts";
export type { ExecOptions, ExecTarget, LiveExecOptions, TerminalExecOptions } from "./operations/exec/exec.ts";
export type { ExecResult } from "./operations/exec/exec-result.ts";
export type { ProcessExit, TerminalResult } from "./operations/exec/process-exit.ts";
export type { RemoteProcess } from "./operations/exec/remote-process.ts";
export type { StdinSource } from "./operations/exec/stdin.ts";
export type { ExposeOptions } from "./operations/expose/expose.ts";
export type { ProxyFetchInit } from "./operations/fetch/proxied-request.ts";
export type { HealthCheck, HealthEndpoint, HealthOptions } from "./operations/health/health.ts";
export type { KeyChanges, LabelOptions } from "./operations/label/label.ts";
export type { LogLine, LogOptions, LogProblem } from "./operations/logs/log-options.ts";
export type { LogTarget } from "./operations/logs/log-pods.ts";
export type { LogStream } from "./operations/logs/log-stream.ts";
export type {
  MakeClusterRoleBindingOptions,
  MakeRoleBindingOptions,
  SubjectOptions,
} from "./operations/make/bindings.ts";
export type { MakeConfigMapOptions } from "./operations/make/config-map.ts";
export type { ContainerOptions } from "./operations/make/containers.ts";
export type { MakeDeploymentOptions } from "./operations/make/deployment.ts";
export type { IngressRuleSpec, MakeIngressOptions } from "./operations/make/ingress.ts";
export type { MakeCronJobOptions, MakeJobOptions } from "./operations/make/job.ts";
export type { KeyData } from "./operations/make/key-data.ts";
export type {
  MakePodDisruptionBudgetOptions,
  MakePriorityClassOptions,
  MakeQuotaOptions,
} from "./operations/make/limits.ts";
export { type Make, make } from "./operations/make/make.ts";
export type { MakeOptions, Names } from "./operations/make/making.ts";
export type { ClusterRuleSpec, MakeClusterRoleOptions, MakeRoleOptions, RuleSpec } from "./operations/make/roles.ts";
export type {
  MakeDockerRegistrySecretOptions,
  MakeSecretOptions,
  MakeTlsSecretOptions,
} from "./operations/make/secret.ts";
export type { MakeServiceOptions, PortMapping } from "./operations/make/service.ts";
export type { AppliedObject, ApplyManifestsOptions, ManifestSource } from "./operations/manifests/apply.ts";
export type { CreateManifestsOptions } from "./operations/manifests/create.ts";
export type { DeletedObject, DeleteManifestsOptions } from "./operations/manifests/delete.ts";
export type { DiffManifestsOptions, ObjectDiff } from "./operations/manifests/diff.ts";
export type { PruneOptions } from "./operations/manifests/inventory.ts";
export type { ReadOptions } from "./operations/manifests/manifests.ts";
export type { ReplaceManifestsOptions } from "./operations/manifests/replace.ts";
export type { NodeChoice } from "./operations/nodes/chosen-nodes.ts";
export type { DrainedPod, DrainOptions, DrainProgress } from "./operations/nodes/drain.ts";
export type { DrainPlanOptions, DrainPlanPod } from "./operations/nodes/drain-plan.ts";
export type { EvictOptions } from "./operations/nodes/evict.ts";
export type { TaintOptions } from "./operations/nodes/taint.ts";
export type { PortForward } from "./operations/port-forward/port-forward.ts";
export type {
  ForwardedPort,
  PortForwardEvent,
  PortForwardOptions,
} from "./operations/port-forward/port-forward-options.ts";
export type { PortSpec } from "./operations/port-forward/ports.ts";
export type { ProxyFilterOptions, ProxyPatterns } from "./operations/proxy/filter.ts";
export type { ApiProxy, ProxyOptions } from "./operations/proxy/proxy.ts";
export { ResourceHelper } from "./operations/resource-helper.ts";
export type { Revision } from "./operations/rollout/history.ts";
export type { RolloutProgress, RolloutStatusOptions, RolloutWaitOptions } from "./operations/rollout/progress.ts";
export type { Rollout } from "./operations/rollout/rollout.ts";
export type { UndoOptions } from "./operations/rollout/undo.ts";
export type { PodToRunOptions } from "./operations/run/pod-to-run.ts";
export type { AttachedRunOptions, RunOptions, TerminalRunOptions } from "./operations/run/run.ts";
export type { AutoscaleOptions } from "./operations/scaling/autoscale.ts";
export type { ScaleOptions } from "./operations/scaling/scale.ts";
export type { LiveStream } from "./operations/shared/live-stream.ts";
export type { TemplateSetter } from "./operations/template/set.ts";
export type { EnvChanges, SetContainersOptions } from "./operations/template/set-env.ts";
export type { Amounts, ResourceAmounts } from "./operations/template/set-resources.ts";
export type { Top } from "./operations/top/top.ts";
export type { NodeUsage, TopNodesOptions } from "./operations/top/top-nodes.ts";
export type { PodUsage, TopPodsOptions } from "./operations/top/top-pods.ts";
export type { Usage } from "./operations/top/usage.ts";
export type { UsageList } from "./operations/top/usage-list.ts";
export type { ObjectTree, TreeNode } from "./operations/tree/object-tree.ts";
export type { TreeOwner } from "./operations/tree/owners.ts";
export type { TreeOptions } from "./operations/tree/tree.ts";
export type { WaitOptions } from "./operations/wait/wait.ts";
export type { WaitTarget } from "./operations/wait/wait-across.ts";
export {
  all,
  any,
  available,
  complete,
  condition,
  deleted,
  exists,
  type JsonPathCondition,
  jsonpath,
  type NamedCondition,
  not,
  ready,
  rollout,
  type StateCondition,
  type WaitCondition,
  type WaitConditions,
  type WaitFor,
  type WaitPredicate,
  type WaitText,
} from "./operations/wait/wait-condition.ts";
export type { WaitProgress } from "./operations/wait/waiting.ts";
export { type CacheQuery, ResourceCache } from "./resources/cache.ts";
export { ResourceClient, type Scale } from "./resources/client.ts";
export { ResourceList } from "./resources/list.ts";
export type {
  ApplyOptions,
  CallScope,
  DeleteAllOptions,
  DeleteOptions,
  EditOptions,
  GetOptions,
  ListOptions,
  PatchOptions,
  WatchOptions,
  WriteOptions,
} from "./resources/options.ts";
export type { ObjectEvent } from "./resources/reconciler.ts";
export { Subresource } from "./resources/subresource.ts";
export type { Table, TableColumnDefinition, TableRow } from "./resources/table.ts";
export type { WatchEvent, WatchMarker } from "./resources/watch-event.ts";
export type { Cluster, ClusterHandle, ClusterInfo, UserInfo, VersionInfo } from "./runtime/cluster.ts";
export type { Globals, Yaml } from "./runtime/globals.ts";
export type { HelperOf } from "./runtime/helper-of.ts";
export { Http, type HttpAnswer, type HttpBody, type HttpOptions, type HttpPatchType } from "./runtime/http.ts";
export type { Log } from "./runtime/log.ts";
export { type OpenClusterOptions, openCluster } from "./runtime/open-cluster.ts";
export {
  type ArgumentSpec,
  type ArgumentSpecs,
  type ArgumentTypes,
  type ArgumentValues,
  type Recipe,
  type RecipeContext,
  type RecipeDefinition,
  recipe,
} from "./runtime/recipe.ts";
export type { CallOptions, Transport } from "./transport/transport.ts";
export type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
} from "./types/admissionregistration-v1.ts";
export type { CustomResourceDefinition } from "./types/apiextensions-v1.ts";
export type { APIService } from "./types/apiregistration-v1.ts";
export type { ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet } from "./types/apps-v1.ts";
export type { SelfSubjectReview, TokenReview } from "./types/authentication-v1.ts";
export type {
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
} from "./types/authorization-v1.ts";
export type { HorizontalPodAutoscaler } from "./types/autoscaling-v2.ts";
export type { CronJob, Job } from "./types/batch-v1.ts";
export type { BuiltInResources } from "./types/built-in.ts";
export type { CertificateSigningRequest } from "./types/certificates-v1.ts";
export type { Lease } from "./types/coordination-v1.ts";
export type {
  Binding,
  ComponentStatus,
  ConfigMap,
  Container,
  Endpoints,
  EnvVar,
  EnvVarSource,
  Event,
  LimitRange,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodSpec,
  PodTemplate,
  PodTemplateSpec,
  ReplicationController,
  ResourceQuota,
  Secret,
  Service,
  ServiceAccount,
  Volume,
} from "./types/core-v1.ts";
export type { EndpointSlice } from "./types/discovery-v1.ts";
export type { FlowSchema, PriorityLevelConfiguration } from "./types/flowcontrol-v1.ts";
export type { Ingress, IngressClass, IPAddress, NetworkPolicy, ServiceCIDR } from "./types/networking-v1.ts";
export type { RuntimeClass } from "./types/node-v1.ts";
export type { PodDisruptionBudget } from "./types/policy-v1.ts";
export type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from "./types/rbac-v1.ts";
export type { DeviceClass, ResourceClaim, ResourceClaimTemplate, ResourceSlice } from "./types/resource-v1.ts";
export type { PriorityClass } from "./types/scheduling-v1.ts";
export type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  StorageClass,
  VolumeAttachment,
  VolumeAttributesClass,
} from "./types/storage-v1.ts";
