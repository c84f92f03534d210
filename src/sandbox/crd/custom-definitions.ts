import { createHash } from "node:crypto";
import type { ResourceDefinition, SubresourceDefinition } from "../model/definition.ts";
import type { ApiObject } from "../model/object.ts";
import type { Schema, SchemaSource } from "../model/schema.ts";
import { cloneJson } from "../patch/json-value.ts";
import { type CrdNames, type CrdSpec, type CrdVersion, crdNames, crdSpec, objectOf } from "./crd-spec.ts";
import { defaultCustom } from "./default-custom.ts";
import { pruneCustom } from "./prune-custom.ts";

const OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const VERBS = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
const SUBRESOURCE_VERBS = ["get", "patch", "update"];

/**
 * What a CustomResourceDefinition serves: one definition for each served version, under the names that were accepted.
 * Empty until the plural and the kind are accepted.
 *
 * @param schemas Resolves what custom resources share with the built-in kinds (ObjectMeta).
 */
export function definitionsOf(crd: ApiObject, schemas: SchemaSource): ResourceDefinition[] {
  const spec = crdSpec(crd);
  const names = crdNames(objectOf(crd.status).acceptedNames);
  const storage = spec.versions.find((version) => version.storage);
  if (names.plural === "" || names.kind === "" || storage === undefined) return [];
  return spec.versions
    .filter((version) => version.served)
    .map((version) => definitionOf(crd.metadata.name ?? "", spec, names, version, { storage, schemas }));
}

/** As discovery computes it for a storage version. */
export function storageVersionHash(group: string, version: string, kind: string): string {
  return createHash("sha256").update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString("base64");
}

function definitionOf(
  definitionName: string,
  spec: CrdSpec,
  names: CrdNames,
  version: CrdVersion,
  context: { readonly storage: CrdVersion; readonly schemas: SchemaSource },
): ResourceDefinition {
  const { group } = spec;
  const { storage, schemas } = context;
  const definition: ResourceDefinition = {
    group,
    version: version.name,
    resource: names.plural,
    singular: names.singular,
    kind: names.kind,
    listKind: names.listKind,
    namespaced: spec.scope === "Namespaced",
    shortNames: names.shortNames,
    categories: names.categories,
    verbs: VERBS,
    subresources: subresourcesOf(names.kind, version),
    storageVersionHash: version === storage ? storageVersionHash(group, version.name, names.kind) : undefined,
    storageKey: `${names.plural}.${group}`,
    schema: wholeSchema(group, version, names.kind),
    schemas,
    custom: {
      definitionName,
      printerColumns: version.printerColumns,
      statusSubresource: version.status,
      scale: version.scale,
      selectableFields: version.selectableFields,
      preserveUnknownFields: spec.preserveUnknownFields || version.schema === undefined,
    },
  };
  if (version === storage) return definition;
  // conversion by webhook needs a server of the user's; here versions differ in name and schema only
  return {
    ...definition,
    fromStorage(stored) {
      const object = { ...cloneJson(stored), apiVersion: `${group}/${version.name}` } as ApiObject;
      pruneCustom(definition, object);
      defaultCustom(definition, object);
      return object;
    },
    toStorage: (object) => ({ ...object, apiVersion: `${group}/${storage.name}` }),
  };
}

function subresourcesOf(kind: string, version: CrdVersion): SubresourceDefinition[] {
  return [
    ...(version.status ? [{ name: "status", kind, verbs: SUBRESOURCE_VERBS }] : []),
    ...(version.scale === undefined
      ? []
      : [{ name: "scale", kind: "Scale", group: "autoscaling", version: "v1", verbs: SUBRESOURCE_VERBS }]),
  ];
}

/** The declared schema with what every object has. */
function wholeSchema(group: string, version: CrdVersion, kind: string): Schema {
  const declared = version.schema ?? { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  return {
    ...declared,
    properties: {
      ...declared.properties,
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { allOf: [{ $ref: `#/components/schemas/${OBJECT_META}` }] },
    },
    "x-kubernetes-group-version-kind": [{ group, version: version.name, kind }],
  };
}
