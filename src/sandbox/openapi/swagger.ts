/** The one document of OpenAPI v2 (Swagger), which older kubectls and some validations of newer ones still ask for. */
import { componentName } from "../definitions/schema-source.ts";
import type { ResourceDefinition } from "../model/definition.ts";
import type { JsonObject } from "../model/object.ts";
import type { Schema } from "../model/schema.ts";
import { openApiDocument } from "./document.ts";

/** A schema of v2: the same words, without those that came later. */
export type SwaggerSchema = Omit<Schema, "allOf" | "anyOf" | "oneOf" | "not" | "nullable">;

export interface SwaggerParameter {
  readonly name: string;
  readonly in: "query" | "path" | "body";
  readonly required?: boolean;
  readonly type?: string;
  readonly uniqueItems?: boolean;
  readonly schema?: SwaggerSchema;
}

export interface SwaggerOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly consumes: readonly string[];
  readonly produces: readonly string[];
  readonly parameters: readonly SwaggerParameter[];
  readonly responses: Readonly<Record<string, { readonly description: string; readonly schema?: SwaggerSchema }>>;
  readonly [extension: `x-${string}`]: unknown;
}

export const METHODS = ["get", "put", "post", "delete", "options", "head", "patch"] as const;

export type SwaggerPath = { readonly [method in (typeof METHODS)[number]]?: SwaggerOperation } & {
  readonly parameters: readonly SwaggerParameter[];
};

export interface SwaggerDocument {
  readonly swagger: "2.0";
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, SwaggerPath>>;
  readonly definitions: Readonly<Record<string, SwaggerSchema>>;
}

/** What of v3 this reads: what {@link openApiDocument} makes. */
interface Document {
  readonly info: SwaggerDocument["info"];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}
type PathItem = { readonly [method in (typeof METHODS)[number]]?: Operation } & {
  readonly parameters?: readonly Parameter[];
};
interface Parameter extends Pick<SwaggerParameter, "name" | "required"> {
  readonly in: "query" | "path";
  readonly schema: Schema;
}
type Content = Readonly<Record<string, { readonly schema: Schema }>>;
interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Content; readonly required?: boolean };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
  readonly [extension: `x-${string}`]: unknown;
}

export function swaggerDocument(definitions: readonly ResourceDefinition[]): SwaggerDocument {
  const { info, paths, components } = openApiDocument(definitions) as JsonObject & Document;
  return {
    swagger: "2.0",
    info,
    paths: mapped(paths, pathItem),
    definitions: mapped(components.schemas, swaggerSchema),
  };
}

/** The schema in the words of v2: references elsewhere, one type where v3 offers several. */
export function swaggerSchema(schema: Schema): SwaggerSchema {
  const { allOf, anyOf, oneOf, not: _, nullable: __, $ref, ...rest } = schema;
  const reference = $ref ?? (allOf?.length === 1 ? allOf[0]?.$ref : undefined);
  const named = reference === undefined ? undefined : componentName(reference);
  if (named !== undefined) {
    // What stands beside a reference is not read in v2; the description is for people.
    return { $ref: `#/definitions/${named}`, ...(rest.description === undefined ? {} : pick(rest, "description")) };
  }
  const { properties, items, additionalProperties, ...plain } = rest;
  return {
    ...plain,
    ...((anyOf ?? oneOf) !== undefined && rest.type === undefined ? { type: "string" } : {}),
    ...(properties === undefined ? {} : { properties: mapped(properties, swaggerSchema) as Record<string, Schema> }),
    ...(items === undefined ? {} : { items: swaggerSchema(items) }),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties:
            typeof additionalProperties === "boolean" ? additionalProperties : swaggerSchema(additionalProperties),
        }),
  };
}

function pathItem(item: PathItem): SwaggerPath {
  const operations = METHODS.flatMap((method) => {
    const one = item[method];
    return one === undefined ? [] : [[method, operation(one)] as const];
  });
  return { ...Object.fromEntries(operations), parameters: (item.parameters ?? []).map(parameter) };
}

function operation({ requestBody, responses, parameters, ...rest }: Operation): SwaggerOperation {
  const types = Object.keys(Object.values(responses)[0]?.content ?? {});
  const [body] = Object.values(requestBody?.content ?? {});
  const required = requestBody?.required === true ? { required: true } : {};
  return {
    ...rest,
    consumes: Object.keys(requestBody?.content ?? { "*/*": undefined }),
    produces: types,
    parameters: [
      ...(body === undefined
        ? []
        : [{ name: "body", in: "body", ...required, schema: swaggerSchema(body.schema) } as const]),
      ...parameters.map(parameter),
    ],
    responses: mapped(responses, ({ description, content }) => {
      const [first] = Object.values(content ?? {});
      return first === undefined ? { description } : { description, schema: swaggerSchema(first.schema) };
    }),
  };
}

function parameter({ schema, ...rest }: Parameter): SwaggerParameter {
  return { ...rest, ...pick(schema, "type"), ...pick(schema, "uniqueItems") };
}

function pick<T, K extends keyof T>(value: T, key: K): Pick<T, K> {
  return (value[key] === undefined ? {} : { [key]: value[key] }) as Pick<T, K>;
}

function mapped<A, B>(values: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}
