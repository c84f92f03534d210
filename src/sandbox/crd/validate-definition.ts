import type { PrinterColumn } from "../model/definition.ts";
import type { FieldError } from "../model/field-error.ts";
import type { ApiObject } from "../model/object.ts";
import { equalJson } from "../patch/json-value.ts";
import { followPath } from "./cel/field-path.ts";
import { type CrdNames, type CrdScale, type CrdSpec, type CrdVersion, crdSpec, objectOf } from "./crd-spec.ts";
import { isEstablished } from "./crd-status.ts";
import { duplicate, forbiddenValue, invalidValue, notSupported, required, tooMany } from "./field-errors.ts";
import { dnsLabelFaults, dnsSubdomainFaults } from "./name-rules.ts";
import { validateDefaults, validateRootDefaults } from "./schema-defaults.ts";
import { validateSchemaRules } from "./schema-rules.ts";
import { validateStructural } from "./structural-schema.ts";

const COLUMN_TYPES = ["boolean", "date", "integer", "number", "string"];
const COLUMN_FORMATS = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];
const MAX_SELECTABLE_FIELDS = 8;

/**
 * What makes a CustomResourceDefinition good, its other metadata aside.
 *
 * @param old What is stored, for an update: some names cannot change.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/master/pkg/apis/apiextensions/validation/validation.go
 */
export function validateDefinition(crd: ApiObject, old?: ApiObject): FieldError[] {
  const spec = crdSpec(crd);
  const name = crd.metadata.name ?? "";
  const nameFits = old !== undefined || name === `${spec.names.plural}.${spec.group}`;
  return [
    ...(nameFits ? [] : [invalidValue("metadata.name", name, 'must be spec.names.plural+"."+spec.group')]),
    ...validateSpec(spec, crd),
    ...(old === undefined ? [] : validateChange(spec, crdSpec(old), isEstablished(old))),
  ];
}

function validateSpec(spec: CrdSpec, crd: ApiObject): FieldError[] {
  const { versions } = spec;
  const listed = objectOf(crd.spec).versions;
  const missing = versions.flatMap(({ schema }, index) =>
    schema === undefined ? [required(`spec.versions[${index}].schema.openAPIV3Schema`)] : [],
  );
  const repeated = new Set(versions.map(({ name }) => name)).size !== versions.length;
  const stored = versions.filter(({ storage }) => storage).length;
  return [
    ...validateGroup(spec.group),
    ...validateScope(spec.scope),
    ...missing,
    ...versions.flatMap((version, index) => validateVersion(version, `spec.versions[${index}]`)),
    ...validateParts(versions),
    ...(repeated ? [invalidValue("spec.versions", listed, "must contain unique version names")] : []),
    ...(stored === 1
      ? []
      : [invalidValue("spec.versions", listed, "must have exactly one version marked as storage version")]),
    ...(["plural", "singular", "kind", "listKind"] as const)
      .filter((field) => spec.names[field] === "")
      .map((field) => required(`spec.names.${field}`)),
    ...validateNames(spec.names, "spec.names"),
    ...validateConversion(spec),
  ];
}

function validateGroup(group: string): FieldError[] {
  const faults = dnsSubdomainFaults(group);
  if (group === "") return [required("spec.group")];
  if (faults.length > 0) return [invalidValue("spec.group", group, faults.join(","))];
  return group.includes(".") ? [] : [invalidValue("spec.group", group, "should be a domain with at least one dot")];
}

function validateScope(scope: string): FieldError[] {
  const scopes = ["Cluster", "Namespaced"];
  if (scope === "") return [required("spec.scope")];
  return scopes.includes(scope) ? [] : [notSupported("spec.scope", scope, scopes)];
}

function validateVersion(version: CrdVersion, path: string): FieldError[] {
  const faults = dnsLabelFaults(version.name);
  const { deprecated, deprecationWarning: warning } = version;
  return [
    ...(faults.length === 0 ? [] : [invalidValue(`${path}.name`, version.name, faults.join(","))]),
    ...(warning === undefined
      ? []
      : deprecationFaults(deprecated, warning).map((fault) =>
          invalidValue(`${path}.deprecationWarning`, warning, fault),
        )),
  ];
}

function deprecationFaults(deprecated: boolean, warning: string): string[] {
  if (!deprecated) return ["can only be set for deprecated versions"];
  return [
    ...(warning.length > 256 ? ["must be <= 256 characters long"] : []),
    ...(warning === "" ? ["must not be an empty string"] : []),
  ];
}

/**
 * What each version declares. The server reads declarations that are the same in every version as the definition's
 * own, and names them so.
 */
function validateParts(versions: readonly CrdVersion[]): FieldError[] {
  const parts: readonly [
    own: string,
    ofVersion: string,
    part: (version: CrdVersion) => unknown,
    validate: (version: CrdVersion, path: string) => FieldError[],
  ][] = [
    ["validation", "schema", ({ schema }) => schema, (version, path) => validateSchema(version, path)],
    [
      "subresources",
      "subresources",
      ({ status, scale }) => [status, scale],
      ({ scale }, path) => validateScalePaths(scale, path),
    ],
    [
      "additionalPrinterColumns",
      "additionalPrinterColumns",
      ({ printerColumns }) => printerColumns,
      ({ printerColumns }, path) => printerColumns.flatMap((column, i) => validateColumn(column, `${path}[${i}]`)),
    ],
    ["selectableFields", "selectableFields", ({ selectableFields }) => selectableFields, validateSelectable],
  ];
  return parts.flatMap(([own, ofVersion, part, validate]) => {
    const [first] = versions;
    if (first === undefined) return [];
    if (versions.every((version) => equalJson(part(version), part(first)))) return validate(first, `spec.${own}`);
    return versions.flatMap((version, index) => validate(version, `spec.versions[${index}].${ofVersion}`));
  });
}

function validateSchema({ schema, status }: CrdVersion, path: string): FieldError[] {
  if (schema === undefined) return [];
  const place = `${path}.openAPIV3Schema`;
  const structural = validateStructural(schema, place);
  const defaults = structural.length > 0 ? [] : validateDefaults(schema, place);
  return [
    ...(status && schema.type !== "object"
      ? [
          invalidValue(
            `${place}.type`,
            schema.type ?? "",
            'only "object" is allowed as the type at the root of the schema if the status subresource is enabled',
          ),
        ]
      : []),
    ...(schema.nullable === true ? [forbiddenValue(`${place}.nullable`, "nullable cannot be true at the root")] : []),
    ...structural,
    ...defaults,
    ...validateRootDefaults(schema, place),
    ...validateSchemaRules(schema, place, structural.length + defaults.length === 0),
  ];
}

function validateScalePaths(scale: CrdScale | undefined, path: string): FieldError[] {
  if (scale === undefined) return [];
  return [
    ...validatePath(scale.specReplicasPath, `${path}.scale.specReplicasPath`, [".spec."], "under .spec"),
    ...validatePath(scale.statusReplicasPath, `${path}.scale.statusReplicasPath`, [".status."], "under .status"),
    ...(scale.labelSelectorPath === undefined
      ? []
      : validatePath(
          scale.labelSelectorPath,
          `${path}.scale.labelSelectorPath`,
          [".spec.", ".status."],
          "under either .spec or .status",
        )),
  ];
}

function validatePath(jsonPath: string, field: string, prefixes: readonly string[], where: string): FieldError[] {
  if (jsonPath === "") return [required(field)];
  if (!jsonPath.startsWith(".")) return [invalidValue(field, jsonPath, "must be a simple json path starting with .")];
  const fits = prefixes.some((prefix) => jsonPath.startsWith(prefix));
  return fits ? [] : [invalidValue(field, jsonPath, `should be a json path ${where}`)];
}

function validateColumn(column: PrinterColumn, path: string): FieldError[] {
  const types = `must be one of ${COLUMN_TYPES.join(",")}`;
  const { name, type, format, jsonPath } = column;
  return [
    ...(name === "" ? [required(`${path}.name`)] : []),
    ...(type === "" ? [required(`${path}.type`, types)] : []),
    ...(type === "" || COLUMN_TYPES.includes(type) ? [] : [invalidValue(`${path}.type`, type, types)]),
    ...(format === undefined || format === "" || COLUMN_FORMATS.includes(format)
      ? []
      : [invalidValue(`${path}.format`, format, `must be one of ${COLUMN_FORMATS.join(",")}`)]),
    ...(jsonPath === "" ? [required(`${path}.JSONPath`)] : []),
    ...(jsonPath === "" || jsonPath.startsWith(".")
      ? []
      : [invalidValue(`${path}.JSONPath`, jsonPath, "must be a simple json path starting with .")]),
  ];
}

function validateSelectable({ selectableFields, schema }: CrdVersion, path: string): FieldError[] {
  if (selectableFields.length === 0) return [];
  if (schema === undefined) {
    return [invalidValue(path, "", "may only be set when `version.schema.openAPIV3Schema` is not included")];
  }
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  for (const [index, jsonPath] of selectableFields.entries()) {
    const field = `${path}[${index}].jsonPath`;
    const target = jsonPath === "" ? "" : followPath(jsonPath, schema, false);
    if (jsonPath === "") errors.push(required(field));
    else if (typeof target === "string") errors.push(invalidValue(field, jsonPath, `is an invalid path: ${target}`));
    else {
      if (target.path === "metadata" || target.path.startsWith("metadata.")) {
        errors.push(invalidValue(field, jsonPath, "must not point to fields in metadata"));
      }
      if (!["string", "boolean", "integer"].includes(target.schema.type ?? "")) {
        const detail =
          "must point to a field of type string, boolean or integer. " +
          "Enum string fields and strings with formats are allowed.";
        errors.push(invalidValue(field, jsonPath, detail));
      }
      if (seen.has(target.path)) errors.push(duplicate(field, jsonPath));
      seen.add(target.path);
    }
  }
  if (seen.size > MAX_SELECTABLE_FIELDS) errors.push(tooMany(path, seen.size, MAX_SELECTABLE_FIELDS));
  return errors;
}

function validateNames(names: CrdNames, path: string): FieldError[] {
  const label = (field: string, name: string, mixed = false): FieldError[] => {
    const faults = name === "" ? [] : dnsLabelFaults(mixed ? name.toLowerCase() : name);
    if (faults.length === 0) return [];
    const text = faults.join(",");
    return [invalidValue(field, name, mixed ? `may have mixed case, but should otherwise match: ${text}` : text)];
  };
  return [
    ...label(`${path}.plural`, names.plural),
    ...label(`${path}.singular`, names.singular),
    ...label(`${path}.kind`, names.kind, true),
    ...label(`${path}.listKind`, names.listKind, true),
    ...names.shortNames.flatMap((name, index) => label(`${path}.shortNames[${index}]`, name)),
    ...(names.kind !== "" && names.kind === names.listKind
      ? [invalidValue(`${path}.listKind`, names.listKind, "kind and listKind may not be the same")]
      : []),
    ...names.categories.flatMap((name, index) => label(`${path}.categories[${index}]`, name)),
  ];
}

function validateConversion({ conversion }: CrdSpec): FieldError[] {
  const { strategy, webhook } = conversion;
  const strategies = ["None", "Webhook"];
  if (strategy === undefined || strategy === "") return [required("spec.conversion.strategy")];
  if (typeof strategy !== "string" || !strategies.includes(strategy)) {
    return [notSupported("spec.conversion.strategy", strategy, strategies)];
  }
  const place = "spec.conversion.webhookClientConfig";
  if (strategy === "Webhook" && objectOf(webhook).clientConfig === undefined) {
    return [required(place, "required when strategy is set to Webhook")];
  }
  if (strategy === "None" && webhook !== undefined) {
    return [forbiddenValue(place, "should not be set when strategy is not set to Webhook")];
  }
  return [];
}

function validateChange(spec: CrdSpec, old: CrdSpec, established: boolean): FieldError[] {
  const immutable = (field: string, value: string, before: string): FieldError[] =>
    value === before ? [] : [invalidValue(field, value, "field is immutable")];
  return [
    ...(established ? immutable("spec.scope", spec.scope, old.scope) : []),
    ...(established ? immutable("spec.names.kind", spec.names.kind, old.names.kind) : []),
    ...immutable("spec.group", spec.group, old.group),
    ...immutable("spec.names.plural", spec.names.plural, old.names.plural),
  ];
}
