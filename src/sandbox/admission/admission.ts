import type { ResourceDefinition } from "../model/definition.ts";
import type { ApiObject } from "../model/object.ts";
import type { UserInfo } from "../model/user.ts";
import type { Registry } from "../storage/registry.ts";

/** What an admission plugin is shown: one write, between defaults and validation. */
export interface AdmissionAttributes {
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  readonly definition: ResourceDefinition;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** The object to be stored; `mutate` may change it in place. Undefined for DELETE. */
  readonly object: ApiObject | undefined;
  readonly old: ApiObject | undefined;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** Adds a `Warning:` header. */
  warn(text: string): void;
}

/** One rule of the server, named as kube-apiserver names it (`NamespaceLifecycle`, `ServiceAccount` …). */
export interface AdmissionPlugin {
  readonly name: string;
  mutate?(attributes: AdmissionAttributes, registry: Registry): void;
  /** Throws StatusError to refuse. */
  validate?(attributes: AdmissionAttributes, registry: Registry): void;
}
