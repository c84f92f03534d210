import { resolveName } from "../core/names.ts";
import type { ApiResource } from "../core/resource.ts";
import { UsageError } from "../errors.ts";
import type { CallOptions } from "../transport/transport.ts";
import type { Discovery } from "./discovery.ts";
import {
  type OpenApiDocument,
  type OpenApiDocuments,
  type OpenApiSchema,
  referenceOf,
  resolveSchema,
} from "./openapi.ts";

/** One field as `explain` shows it. */
export interface ExplainedField {
  readonly name: string;
  /** `string`, `[]Container`, `map[string]string`, `IntOrString` … */
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
  readonly enum: readonly string[];
  /** The fields below it; only with `recursive`. */
  readonly fields: readonly ExplainedField[];
}

/** What `explain` found. {@link import("./explain-text.ts").renderExplanation} prints it. */
export interface Explanation {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The field asked for; undefined for the kind itself. */
  readonly field: Omit<ExplainedField, "fields" | "required" | "description"> | undefined;
  /** Of the field, then of its type. */
  readonly descriptions: readonly string[];
  readonly fields: readonly ExplainedField[];
  readonly recursive: boolean;
}

export interface ExplainOptions extends CallOptions {
  /** Also the fields of the fields. Default false. */
  readonly recursive?: boolean | undefined;
  /** `apps/v1`: explains the kind as it is in this version. Default: the preferred one. */
  readonly apiVersion?: string | undefined;
}

/**
 * Explains a kind or one of its fields: `deployment`, `pods.spec.containers`, `widgets.example.com.spec`.
 * Throws UNKNOWN_RESOURCE, or INVALID_INPUT that names the fields there are.
 */
export async function explain(
  discovery: Discovery,
  openApi: OpenApiDocuments,
  path: string,
  options: ExplainOptions = {},
): Promise<Explanation> {
  const { name, fields } = splitPath(path, (await discovery.snapshot(options)).resources);
  const found = await discovery.resolve(name, options);
  const resource =
    options.apiVersion === undefined ? found : await discovery.resolveKind(options.apiVersion, found.kind, options);
  const { group, version, kind } = resource;
  const source = await openApi.schema(resource, options);
  if (source === undefined) {
    throw new UsageError(
      "INVALID_INPUT",
      `Cannot explain "${name}": the server publishes no schema of ${kind} in ${version}`,
      {
        hint: "An aggregated API, or a CustomResourceDefinition without a schema, has nothing to explain.",
      },
    );
  }
  const recursive = options.recursive ?? false;
  const { document } = source;
  const start: Walk = { schema: source.schema, own: source.schema, name: undefined };
  const end = fields.reduce((walk, field) => descend(walk, field, path, document), start);
  const inner = innermost(end.schema, document);
  const descriptions = [end.own.description, ...(end.name === undefined ? [] : [describedType(end.own, document)])];
  return {
    group,
    version,
    kind,
    field:
      end.name === undefined
        ? undefined
        : { name: end.name, type: typeName(end.own, document), enum: enumOf(end.own, document) },
    descriptions: descriptions.filter((text): text is string => text !== undefined && text !== ""),
    fields: fieldsOf(inner, document, recursive, new Set()),
    recursive,
  };
}

interface Walk {
  /** With references followed, to look further down. */
  readonly schema: OpenApiSchema;
  /** As it stands in its parent. */
  readonly own: OpenApiSchema;
  readonly name: string | undefined;
}

function descend(walk: Walk, field: string, path: string, document: OpenApiDocument): Walk {
  const parent = innermost(walk.schema, document);
  const child = Object.hasOwn(parent.properties ?? {}, field) ? parent.properties?.[field] : undefined;
  if (child !== undefined) return { schema: child, own: child, name: field };
  const names = Object.keys(parent.properties ?? {});
  throw new UsageError(
    "INVALID_INPUT",
    `Cannot explain "${path}": ${walk.name === undefined ? "the kind" : `"${walk.name}"`} has no field "${field}"`,
    { hint: names.length === 0 ? "It has no fields." : `Its fields are ${names.sort().join(", ")}.` },
  );
}

/** `pods.spec` → `pods` and the field `spec`; a group in the name is recognized when the server has that group. */
function splitPath(path: string, resources: readonly ApiResource[]): { name: string; fields: string[] } {
  const parts = path.split(".").filter((part) => part !== "");
  const groups = new Set(
    resources.flatMap(({ group, version }) => [group.toLowerCase(), `${version}.${group}`.toLowerCase()]),
  );
  for (let length = parts.length; length > 1; length -= 1) {
    const name = parts.slice(0, length).join(".");
    const group = parts.slice(1, length).join(".").toLowerCase();
    if (groups.has(group) && resolveName(name, resources).type !== "unknown")
      return { name, fields: parts.slice(length) };
  }
  return { name: parts[0] ?? "", fields: parts.slice(1) };
}

/** Through references, lists and maps to the schema that may have fields. */
function innermost(schema: OpenApiSchema, document: OpenApiDocument): OpenApiSchema {
  const resolved = resolveSchema(schema, document);
  if (resolved.items !== undefined) return innermost(resolved.items, document);
  return typeof resolved.additionalProperties === "object"
    ? innermost(resolved.additionalProperties, document)
    : resolved;
}

function describedType(schema: OpenApiSchema, document: OpenApiDocument): string | undefined {
  const name = referenceOf(schema);
  if (name !== undefined) return document.components?.schemas?.[name]?.description;
  if (schema.items !== undefined) return describedType(schema.items, document);
  return typeof schema.additionalProperties === "object"
    ? describedType(schema.additionalProperties, document)
    : undefined;
}

function typeName(schema: OpenApiSchema, document: OpenApiDocument): string {
  const name = referenceOf(schema);
  if (name !== undefined) {
    const resolved = document.components?.schemas?.[name];
    // A name for a scalar, such as Time for a string, is shown as what it is in JSON.
    const isScalar = resolved?.properties === undefined && resolved?.type !== undefined && resolved.type !== "object";
    return isScalar && resolved !== undefined && resolved.format !== "int-or-string"
      ? typeName(resolved, document)
      : (name.split(".").at(-1) ?? name);
  }
  if (schema.items !== undefined) return `[]${typeName(schema.items, document)}`;
  if (typeof schema.additionalProperties === "object")
    return `map[string]${typeName(schema.additionalProperties, document)}`;
  if (schema["x-kubernetes-int-or-string"] === true) return "IntOrString";
  return schema.type ?? "Object";
}

function enumOf(schema: OpenApiSchema, document: OpenApiDocument): string[] {
  return (resolveSchema(schema, document).enum ?? []).map(String);
}

function fieldsOf(
  schema: OpenApiSchema,
  document: OpenApiDocument,
  recursive: boolean,
  above: ReadonlySet<OpenApiSchema>,
): ExplainedField[] {
  return Object.entries(schema.properties ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, child]) => {
      const inner = innermost(child, document);
      const isCircle =
        inner.properties !== undefined && [...above, schema].some((one) => one.properties === inner.properties);
      return {
        name,
        type: typeName(child, document),
        required: schema.required?.includes(name) ?? false,
        description: child.description ?? "",
        enum: enumOf(child, document),
        fields: recursive && !isCircle ? fieldsOf(inner, document, true, new Set([...above, schema])) : [],
      };
    });
}
