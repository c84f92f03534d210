export type { Connection } from "./config/connection.ts";
export type { ConnectionFlags } from "./config/connection-flags.ts";
export type { KubernetesObject, ListMeta, ObjectMeta, OwnerReference, UnknownObject } from "./core/object.ts";
export type { ApiResource } from "./core/resource.ts";
export {
  AbortError,
  ApiError,
  ConfigError,
  ConnectionError,
  type ErrorCode,
  isApiError,
  isKubescriptError,
  KubescriptError,
  type Status,
  TimeoutError,
  UsageError,
} from "./errors.ts";
export type { AppliedObject, ApplyManifestsOptions, ManifestSource } from "./operations/apply.ts";
export type { ObjectDiff } from "./operations/diff.ts";
export { ResourceClient } from "./resources/client.ts";
export { ResourceList } from "./resources/list.ts";
export type { WatchEvent, WatchOptions } from "./resources/watch.ts";
export type { CanOptions, Cluster, ClusterHandle, ClusterInfo, UserInfo, VersionInfo } from "./runtime/cluster.ts";
export type { Globals, Yaml } from "./runtime/globals.ts";
export { Http, type HttpAnswer, type HttpBody, type HttpOptions } from "./runtime/http.ts";
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
