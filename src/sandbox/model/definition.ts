import type { Schema, SchemaSource } from "./schema.ts";

/** A sub-resource as discovery lists it. */
export interface SubresourceDefinition {
  /** `status`, `scale`, `log`, `exec`, `eviction`, `binding`, `token` … */
  readonly name: string;
  /** The kind it takes and gives, with its own group and version where they differ from the parent's. */
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
}

/** Everything the server knows of one resource in one version: built-in (from the generated tables) or from a CRD. */
export interface ResourceDefinition {
  readonly group: string;
  readonly version: string;
  /** Plural, lower-case, as in paths. */
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly SubresourceDefinition[];
  readonly storageVersionHash: string | undefined;
  /**
   * Where its objects are kept: versions and groups that share objects share the key
   * (`events` and `events.events.k8s.io`; `horizontalpodautoscalers` v1 and v2).
   */
  readonly storageKey: string;
  /** The whole object's schema, and what resolves its references. Undefined for a virtual resource without one. */
  readonly schema: Schema | undefined;
  readonly schemas: SchemaSource;
  /** Reads a stored object as this version, and back; absent where the stored form is this version's. */
  readonly fromStorage?: (object: Readonly<Record<string, unknown>>) => Record<string, unknown>;
  readonly toStorage?: (object: Readonly<Record<string, unknown>>) => Record<string, unknown>;
  /** Set for a resource that a CustomResourceDefinition declares. */
  readonly custom?: CustomResource;
}

/** What only a CRD's version has. */
export interface CustomResource {
  /** Name of the CustomResourceDefinition. */
  readonly definitionName: string;
  readonly printerColumns: readonly PrinterColumn[];
  readonly statusSubresource: boolean;
  readonly scale: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string } | undefined;
  readonly selectableFields: readonly string[];
  /** `spec.preserveUnknownFields` or a schema that keeps everything. */
  readonly preserveUnknownFields: boolean;
}

/** `additionalPrinterColumns` entry. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly jsonPath: string;
}

/** `apps/v1`, or `v1` for the core group. */
export function groupVersion(definition: Pick<ResourceDefinition, "group" | "version">): string {
  return definition.group === "" ? definition.version : `${definition.group}/${definition.version}`;
}

/** `deployments.apps`, or `pods` for the core group: how messages name a resource. */
export function groupResource(definition: Pick<ResourceDefinition, "group" | "resource">): string {
  return definition.group === "" ? definition.resource : `${definition.resource}.${definition.group}`;
}
