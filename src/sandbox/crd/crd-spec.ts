import type { PrinterColumn } from "../model/definition.ts";
import { type ApiObject, isJsonObject, type JsonObject } from "../model/object.ts";
import type { Schema } from "../model/schema.ts";

/** The parts of a CustomResourceDefinition that the server acts on; a partial object reads as empty values. */
export interface CrdSpec {
  readonly group: string;
  readonly scope: string;
  readonly names: CrdNames;
  readonly preserveUnknownFields: boolean;
  readonly conversion: JsonObject;
  readonly versions: readonly CrdVersion[];
}

/** `spec.names`, and `status.acceptedNames`. */
export interface CrdNames {
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
}

export interface CrdVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated: boolean;
  readonly deprecationWarning: string | undefined;
  readonly schema: Schema | undefined;
  readonly status: boolean;
  readonly scale: CrdScale | undefined;
  readonly printerColumns: readonly PrinterColumn[];
  readonly selectableFields: readonly string[];
}

export interface CrdScale {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

/** Reads `spec`. */
export function crdSpec(crd: ApiObject): CrdSpec {
  const spec = objectOf(crd.spec);
  return {
    group: textOf(spec.group),
    scope: textOf(spec.scope),
    names: crdNames(spec.names),
    preserveUnknownFields: spec.preserveUnknownFields === true,
    conversion: objectOf(spec.conversion),
    versions: listOf(spec.versions).map(versionOf),
  };
}

/** Reads a set of names. */
export function crdNames(value: unknown): CrdNames {
  const names = objectOf(value);
  return {
    plural: textOf(names.plural),
    singular: textOf(names.singular),
    kind: textOf(names.kind),
    listKind: textOf(names.listKind),
    shortNames: listOf(names.shortNames).map(textOf),
    categories: listOf(names.categories).map(textOf),
  };
}

/** One entry of `status.conditions`. */
export interface CrdCondition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string;
  readonly reason: string;
  readonly message: string;
}

/** Reads `status.conditions`. */
export function crdConditions(crd: ApiObject): readonly CrdCondition[] {
  return listOf(objectOf(crd.status).conditions).map((one) => objectOf(one) as unknown as CrdCondition);
}

export function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function versionOf(value: unknown): CrdVersion {
  const version = objectOf(value);
  const subresources = objectOf(version.subresources);
  const schema = objectOf(version.schema).openAPIV3Schema;
  return {
    name: textOf(version.name),
    served: version.served === true,
    storage: version.storage === true,
    deprecated: version.deprecated === true,
    deprecationWarning: typeof version.deprecationWarning === "string" ? version.deprecationWarning : undefined,
    schema: isJsonObject(schema) ? (schema as Schema) : undefined,
    status: isJsonObject(subresources.status),
    scale: isJsonObject(subresources.scale) ? scaleOf(subresources.scale) : undefined,
    printerColumns: listOf(version.additionalPrinterColumns).map(columnOf),
    selectableFields: listOf(version.selectableFields).map((one) => textOf(objectOf(one).jsonPath)),
  };
}

function scaleOf(scale: JsonObject): CrdScale {
  const { labelSelectorPath } = scale;
  return {
    specReplicasPath: textOf(scale.specReplicasPath),
    statusReplicasPath: textOf(scale.statusReplicasPath),
    ...(typeof labelSelectorPath === "string" && labelSelectorPath !== "" ? { labelSelectorPath } : {}),
  };
}

function columnOf(value: unknown): PrinterColumn {
  const column = objectOf(value);
  return {
    name: textOf(column.name),
    type: textOf(column.type),
    jsonPath: textOf(column.jsonPath),
    ...(typeof column.format === "string" ? { format: column.format } : {}),
    ...(typeof column.description === "string" ? { description: column.description } : {}),
    ...(typeof column.priority === "number" ? { priority: column.priority } : {}),
  };
}
