/**
 * The OpenAPI v2 document as client-go reads it: field numbers of
 * https://github.com/google/gnostic/blob/main/openapiv2/OpenAPIv2.proto
 */
import { formatYaml } from "../../core/yaml.ts";
import { countField, doubleField, flagField, type Message, messageField, textField } from "../protobuf/write.ts";
import {
  METHODS,
  type SwaggerDocument,
  type SwaggerOperation,
  type SwaggerParameter,
  type SwaggerPath,
  type SwaggerSchema,
} from "./swagger.ts";

export function swaggerProtobuf({ swagger, info, paths, definitions }: SwaggerDocument): Uint8Array {
  return Buffer.concat([
    ...textField(1, swagger),
    ...messageField(2, [...textField(1, info.title), ...textField(2, info.version)]),
    ...messageField(8, namedFields(2, paths, pathItem)),
    ...messageField(9, namedFields(1, definitions, schema)),
  ]);
}

/** A map, which the format has as repeated pairs of name and value. */
function namedFields<T>(number: number, values: Readonly<Record<string, T>>, encode: (value: T) => Message): Message {
  return Object.entries(values).flatMap(([name, value]) =>
    messageField(number, [...textField(1, name), ...messageField(2, encode(value))]),
  );
}

/** Any value: its YAML. */
function any(value: unknown): Message {
  return textField(2, formatYaml(value));
}

/** What begins with `x-`. */
function extensions(number: number, holder: object): Message {
  const own = Object.entries(holder).filter(([name, value]) => name.startsWith("x-") && value !== undefined);
  return namedFields(number, Object.fromEntries(own), any);
}

function texts(number: number, values: readonly string[] | undefined): Message {
  return (values ?? []).flatMap((value) => textField(number, value));
}

const PATH_FIELDS = { get: 2, put: 3, post: 4, delete: 5, options: 6, head: 7, patch: 8 } as const;

function pathItem(item: SwaggerPath): Message {
  const operations = METHODS.flatMap((method) => {
    const one = item[method];
    return one === undefined ? [] : messageField(PATH_FIELDS[method], operation(one));
  });
  return [...operations, ...parameters(9, item.parameters)];
}

function operation(one: SwaggerOperation): Message {
  const responses = namedFields(1, one.responses, ({ description, schema: answer }) =>
    messageField(1, [
      ...textField(1, description),
      ...(answer === undefined ? [] : messageField(2, messageField(1, schema(answer)))),
    ]),
  );
  return [
    ...texts(1, one.tags),
    ...textField(5, one.operationId),
    ...texts(6, one.produces),
    ...texts(7, one.consumes),
    ...parameters(8, one.parameters),
    ...messageField(9, responses),
    ...extensions(13, one),
  ];
}

function parameters(number: number, all: readonly SwaggerParameter[]): Message {
  return all.flatMap((one) => messageField(number, messageField(1, parameter(one))));
}

function parameter(one: SwaggerParameter): Message {
  if (one.in === "body") {
    const { name, required, schema: body = {} } = one;
    return messageField(1, [
      ...textField(2, name),
      ...textField(3, "body"),
      ...flagField(4, required),
      ...messageField(5, schema(body)),
    ]);
  }
  const plain = [...flagField(1, one.required), ...textField(2, one.in), ...textField(4, one.name)];
  return one.in === "query"
    ? messageField(2, messageField(3, [...plain, ...textField(6, one.type), ...flagField(20, one.uniqueItems)]))
    : messageField(2, messageField(4, [...plain, ...textField(5, one.type), ...flagField(19, one.uniqueItems)]));
}

function schema(one: SwaggerSchema): Message {
  const { additionalProperties: more } = one;
  return [
    ...textField(1, one.$ref),
    ...textField(2, one.format),
    ...textField(3, one.title),
    ...textField(4, one.description),
    ...(one.default === undefined ? [] : messageField(5, any(one.default))),
    ...doubleField(6, one.multipleOf),
    ...doubleField(7, one.maximum),
    ...flagField(8, one.exclusiveMaximum),
    ...doubleField(9, one.minimum),
    ...flagField(10, one.exclusiveMinimum),
    ...countField(11, one.maxLength),
    ...countField(12, one.minLength),
    ...textField(13, one.pattern),
    ...countField(14, one.maxItems),
    ...countField(15, one.minItems),
    ...flagField(16, one.uniqueItems),
    ...countField(17, one.maxProperties),
    ...countField(18, one.minProperties),
    ...texts(19, one.required),
    ...(one.enum ?? []).flatMap((value) => messageField(20, any(value))),
    ...(more === undefined
      ? []
      : messageField(21, typeof more === "boolean" ? flagField(2, more) : messageField(1, schema(more)))),
    ...(one.type === undefined ? [] : messageField(22, textField(1, one.type))),
    ...(one.items === undefined ? [] : messageField(23, messageField(1, schema(one.items)))),
    ...(one.properties === undefined ? [] : messageField(25, namedFields(1, one.properties, schema))),
    ...extensions(31, one),
  ];
}
