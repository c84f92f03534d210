import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { builtInDefinitions } from "../../../src/sandbox/definitions/built-in.ts";
import type { ResourceDefinition } from "../../../src/sandbox/model/definition.ts";
import { StatusError } from "../../../src/sandbox/model/status-error.ts";
import { decodeBody, decodeValue, type FieldValidation } from "../../../src/sandbox/schema/decode.ts";
import { goSyntaxError } from "../../../src/sandbox/schema/json-syntax.ts";

const definitions = builtInDefinitions();

function definition(kind: string): ResourceDefinition {
  const found = definitions.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
}

function decode(kind: string, body: unknown, fieldValidation: FieldValidation = "Warn", type = "application/json") {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return decodeBody(Buffer.from(text), type, definition(kind), { fieldValidation });
}

function refusal(...args: Parameters<typeof decode>): string {
  try {
    decode(...args);
  } catch (error) {
    if (error instanceof StatusError) return error.status.message ?? "";
    throw error;
  }
  throw new Error("the body was taken");
}

const cannot = (kind: string) => `${kind} in version "v1" cannot be handled as a ${kind}: `;

describe("what a body becomes", () => {
  it("keeps numbers and texts, drops what is empty, and fills in apiVersion and kind", () => {
    const { object } = decode("ConfigMap", { metadata: { name: "x", labels: {} }, data: {}, immutable: false });
    expect(object).toEqual({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" }, immutable: false });
  });

  it("writes out the structs that Go always writes", () => {
    const { object } = decode("Deployment", { spec: { template: { spec: { containers: [{ name: "m" }] } } } });
    expect(object).toMatchObject({
      metadata: {},
      spec: {
        selector: null,
        strategy: {},
        template: { metadata: {}, spec: { containers: [{ name: "m", resources: {} }] } },
      },
      status: {},
    });
  });

  it("keeps a zero that was set where Go has a pointer, and drops it where it has none", () => {
    const { object } = decode("Deployment", { spec: { replicas: 0, minReadySeconds: 0, paused: false } });
    expect(object.spec).toMatchObject({ replicas: 0 });
    expect(object.spec).not.toHaveProperty("minReadySeconds");
    expect(object.spec).not.toHaveProperty("paused");
  });

  it("writes quantities and times in their canonical form", () => {
    const resources = { requests: { cpu: 0.5, memory: "1024Mi" }, limits: { cpu: "1000m", memory: "1e3" } };
    const { object } = decode("Pod", {
      metadata: { deletionTimestamp: "2026-01-02T03:04:05.5+01:00", creationTimestamp: null },
      spec: { containers: [{ name: "m", resources }] },
    });
    expect(object.metadata).toEqual({ deletionTimestamp: "2026-01-02T02:04:05Z" });
    expect(object.spec).toMatchObject({
      containers: [{ resources: { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: "1", memory: "1e3" } } }],
    });
  });

  it("takes null for a field as no value", () => {
    const { object } = decode("ConfigMap", { metadata: { name: "x", labels: null }, data: { a: null } });
    expect(object).toMatchObject({ metadata: { name: "x" }, data: { a: "" } });
    expect(object.metadata).not.toHaveProperty("labels");
  });

  it("holds a key named __proto__ as data", () => {
    const { object } = decode("ConfigMap", '{"metadata":{"name":"x"},"data":{"__proto__":"1"}}');
    expect(Object.keys(object.data as object)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(object.data)).toBe(Object.prototype);
  });

  it("reads YAML as sigs.k8s.io/yaml does: one document, the last of repeated keys, YAML 1.1 booleans", () => {
    const yaml = "metadata: {name: x}\ndata:\n  a: '1'\n  a: '2'\n---\nkind: Secret\n";
    expect(decode("ConfigMap", yaml, "Ignore", "application/yaml").object).toMatchObject({ data: { a: "2" } });
    expect(decode("ConfigMap", yaml, "Warn", "application/yaml").warnings).toEqual([
      'yaml: unmarshal errors: line 4: key "a" already set in map',
    ]);
    expect(refusal("ConfigMap", "data: {a: yes}", "Warn", "application/yaml")).toBe(
      `${cannot("ConfigMap")}json: cannot unmarshal bool into Go struct field ConfigMap.data of type string`,
    );
  });
});

describe("unknown and repeated fields", () => {
  const body =
    '{"metadata":{"name":"x"},"spec":{"containers":[],"containers":[{"name":"m","foo":{"a":1,"a":2}}]},"Spec":1}';
  const messages = [
    'unknown field "spec.containers[0].foo"',
    'unknown field "Spec"',
    'duplicate field "spec.containers"',
  ];

  it("are warned of, by path, unless they are ignored", () => {
    expect(decode("Pod", body).warnings).toEqual(messages);
    expect(decode("Pod", body, "Ignore").warnings).toEqual([]);
    const { object, warnings } = decode("Pod", { spec: { containers: [{ name: "m", foo: 1 }] } });
    expect(warnings).toEqual(['unknown field "spec.containers[0].foo"']);
    expect(object.spec).toEqual({ containers: [{ name: "m", resources: {} }] });
  });

  it("are refused when strict", () => {
    expect(refusal("Pod", body, "Strict")).toBe(`${cannot("Pod")}strict decoding error: ${messages.join(", ")}`);
  });

  it("are found however the repetition is hidden among fields left out", () => {
    expect(decode("ConfigMap", '{"data":{"a":"1","a":"1","b":"2","b":"2"}}').warnings).toEqual([
      'duplicate field "data.a"',
      'duplicate field "data.b"',
    ]);
  });
});

describe("refusals in the server's words", () => {
  it.each([
    [
      "ConfigMap",
      { data: { k: 1 } },
      "json: cannot unmarshal number into Go struct field ConfigMap.data of type string",
    ],
    [
      "Pod",
      { spec: { restartPolicy: 5 } },
      "json: cannot unmarshal number into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy",
    ],
    [
      "Pod",
      { spec: { containers: {} } },
      "json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container",
    ],
    [
      "Pod",
      { spec: { containers: [{ ports: [{ containerPort: 1.5 }] }] } },
      "json: cannot unmarshal number 1.5 into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32",
    ],
    ["Pod", { spec: [] }, "json: cannot unmarshal array into Go struct field Pod.spec of type v1.PodSpec"],
    [
      "Service",
      { spec: { ports: [{ targetPort: true }] } },
      "json: cannot unmarshal bool into Go struct field ServicePort.spec.ports.targetPort of type int32",
    ],
    ["Secret", { data: { a: "ab$d" } }, "illegal base64 data at input byte 2"],
    [
      "Pod",
      { metadata: { creationTimestamp: "yesterday" } },
      'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
    ],
    ["Pod", { spec: { overhead: { cpu: "1x" } } }, /^quantities must match the regular expression/],
  ])("%s %j", (kind, body, reason) => {
    const message = refusal(kind, body);
    expect(message.startsWith(cannot(kind))).toBe(true);
    const rest = message.slice(cannot(kind).length);
    if (typeof reason === "string") expect(rest).toBe(reason);
    else expect(rest).toMatch(reason);
  });

  it("of another kind or version", () => {
    expect(refusal("ConfigMap", { apiVersion: "v1", kind: "Foo" })).toBe(
      'Foo in version "v1" cannot be handled as a ConfigMap: no kind "Foo" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"',
    );
    expect(refusal("ConfigMap", { apiVersion: "v1", kind: "Secret" })).toMatch(
      /converting \(v1\.Secret\) to \(core\.ConfigMap\): unknown conversion$/,
    );
    const v1 = definitions.find((one) => one.kind === "HorizontalPodAutoscaler" && one.version === "v1");
    const body = Buffer.from('{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler"}');
    expect(() => decodeBody(body, "application/json", v1 as ResourceDefinition)).toThrow(
      "the API version in the data (autoscaling/v2) does not match the expected API version (autoscaling/v1)",
    );
  });

  it("of nesting without end, and of other media types", () => {
    expect(refusal("ConfigMap", `{"data":${"[".repeat(20_000)}${"]".repeat(20_000)}}`)).toMatch(/exceeded max depth/);
    expect(refusal("ConfigMap", "a=1", "Warn", "text/plain")).toMatch(
      /^the body of the request was in an unknown format/,
    );
  });

  it("tells a patch handler what does not fit, instead of throwing", () => {
    const value = { apiVersion: "apps/v1", kind: "Deployment", spec: { replicas: "two", nope: 1 } };
    expect(decodeValue(value, definition("Deployment"))).toMatchObject({
      error: "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
      strictErrors: ['unknown field "spec.nope"'],
    });
  });
});

describe("Go's wording of syntax errors", () => {
  it.each([
    ["", "unexpected end of JSON input"],
    ["{nope", "invalid character 'n' looking for beginning of object key string"],
    ['{"a"', "unexpected end of JSON input"],
    ['{"a" 1', "invalid character '1' after object key"],
    ['{"a":1 "b"', "invalid character '\"' after object key:value pair"],
    ["[1 2]", "invalid character '2' after array element"],
    ["[1,]", "invalid character ']' looking for beginning of value"],
    ["{} x", "invalid character 'x' after top-level value"],
    ["tru", "unexpected end of JSON input"],
    ["trux", "invalid character 'x' in literal true (expecting 'e')"],
    ["-x", "invalid character 'x' in numeric literal"],
    ["1.x", "invalid character 'x' after decimal point in numeric literal"],
    ["1ex", "invalid character 'x' in exponent of numeric literal"],
    ['"a\nb"', "invalid character '\\n' in string literal"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['"\\u00g', "invalid character 'g' in \\u hexadecimal character escape"],
    ["'a'", "invalid character '\\'' looking for beginning of value"],
  ])("%j", (text, message) => {
    expect(goSyntaxError(Buffer.from(text))).toBe(message);
  });

  it("accepts exactly what JSON.parse accepts", () => {
    const mutated = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom("", "{", "}", "[", "]", ",", ":", '"', "1", "x", " ", "\\", "-"))
      .map(([text, at, piece]) => {
        const position = at % (text.length + 1);
        return text.slice(0, position) + piece + text.slice(position + (at % 2));
      });
    fc.assert(
      fc.property(mutated, (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        expect(goSyntaxError(Buffer.from(text)) === undefined).toBe(valid);
      }),
    );
  });
});

describe("any JSON", () => {
  it("is decoded to the same again, or refused", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("metadata", "data", "immutable", "x"), fc.jsonValue()), (body) => {
        try {
          const once = decode("ConfigMap", body, "Ignore").object;
          expect(decode("ConfigMap", JSON.stringify(once), "Strict")).toEqual({ object: once, warnings: [] });
        } catch (error) {
          expect(error).toBeInstanceOf(StatusError);
        }
      }),
    );
  });
});
