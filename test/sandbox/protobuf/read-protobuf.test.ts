import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { builtInDefinitions } from "../../../src/sandbox/definitions/built-in.ts";
import { StatusError } from "../../../src/sandbox/model/status-error.ts";
import { type DecodeTarget, decodeBody } from "../../../src/sandbox/schema/decode.ts";
import { body, entry, field } from "./encode.ts";

interface Captured {
  readonly command: string;
  readonly version: string;
  readonly body: string;
  readonly object: { readonly apiVersion: string; readonly kind: string };
}

const PROTOBUF = "application/vnd.kubernetes.protobuf";
const fixtures = new URL("../../fixtures/protobuf/kubectl.json", import.meta.url);
const captured = JSON.parse(readFileSync(fixtures, "utf8")) as Captured[];
const definitions = builtInDefinitions();

function target(apiVersion: string, kind: string): DecodeTarget {
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  const found = definitions.find((one) => one.group === group && one.version === version && one.kind === kind);
  const { schemas } = found ?? definitions[0] ?? expect.fail("no definitions");
  return { group, version, kind, schemas };
}

function decode(bytes: Uint8Array, apiVersion = "v1", kind = "Pod"): unknown {
  return decodeBody(bytes, PROTOBUF, target(apiVersion, kind)).object;
}

function refusal(bytes: Uint8Array, apiVersion?: string, kind?: string): string {
  try {
    decode(bytes, apiVersion, kind);
  } catch (error) {
    if (error instanceof StatusError && error.status.code === 400) return error.status.message ?? "";
    throw error;
  }
  return expect.fail("the body was taken");
}

describe("a protobuf body", () => {
  it.each(captured.map((one) => [`${one.command} (${one.version})`, one] as const))(
    "of %s is what it prints as JSON",
    (_name, { body: base64, object }) => {
      const kind = target(object.apiVersion, object.kind);
      const json = decodeBody(Buffer.from(JSON.stringify(object)), "application/json", kind);
      expect(json.warnings).toEqual([]);
      expect(decodeBody(Buffer.from(base64, "base64"), PROTOBUF, kind)).toEqual(json);
    },
  );

  it("may hold whatever a kind holds", () => {
    const resources = field(1, entry("cpu", field(1, "100m")));
    const http = [...field(1, "/"), ...field(2, [...field(1, 1), ...field(3, "http")])];
    const probe = [...field(1, field(2, http)), ...field(2, 5)];
    const container = [...field(1, "main"), ...field(8, resources), ...field(10, probe)];
    const volume = [...field(1, "v"), ...field(2, field(6, field(1, "secret")))];
    const metadata = [...field(1, "p"), ...field(8, field(1, 1_767_225_600)), ...field(11, entry("app", "web"))];
    const spec = [...field(1, volume), ...field(2, container), ...field(4, -1)];
    expect(decode(body("v1", "Pod", field(1, metadata), field(2, spec)))).toMatchObject({
      metadata: { name: "p", creationTimestamp: "2026-01-01T00:00:00Z", labels: { app: "web" } },
      spec: {
        volumes: [{ name: "v", secret: { secretName: "secret" } }],
        containers: [
          {
            name: "main",
            resources: { limits: { cpu: "100m" } },
            livenessProbe: { httpGet: { path: "/", port: "http" }, initialDelaySeconds: 5 },
          },
        ],
        terminationGracePeriodSeconds: -1,
      },
    });
  });

  it("holds bytes, lists within maps, microseconds and zero quantities", () => {
    const secret = body("v1", "Secret", field(2, entry("k", new Uint8Array([0, 255]))));
    expect(decode(secret, "v1", "Secret")).toMatchObject({ data: { k: "AP8=" } });
    const extra = field(5, entry("scopes", [...field(1, "a"), ...field(1, "b")]));
    const review = body("authorization.k8s.io/v1", "SubjectAccessReview", field(2, extra));
    expect(decode(review, "authorization.k8s.io/v1", "SubjectAccessReview")).toMatchObject({
      spec: { extra: { scopes: ["a", "b"] } },
    });
    const renewed = [...field(1, 1_767_225_600), ...field(2, 1_234_567)];
    const lease = body("coordination.k8s.io/v1", "Lease", field(2, field(4, renewed)));
    expect(decode(lease, "coordination.k8s.io/v1", "Lease")).toMatchObject({
      spec: { renewTime: "2026-01-01T00:00:00.001234Z" },
    });
    const quota = body("v1", "ResourceQuota", field(2, field(1, entry("cpu", []))));
    expect(decode(quota, "v1", "ResourceQuota")).toMatchObject({ spec: { hard: { cpu: "0" } } });
  });

  it("finds fields whose names differ, and those of messages within messages that JSON writes inline", () => {
    const parameters = field(2, field(2, [...field(1, "example.com"), ...field(2, "P"), ...field(3, "p")]));
    expect(decode(body("networking.k8s.io/v1", "IngressClass", parameters), "networking.k8s.io/v1", "IngressClass")) //
      .toMatchObject({ spec: { parameters: { apiGroup: "example.com", kind: "P", name: "p" } } });
    const rule = field(2, [...field(1, "CREATE"), ...field(2, field(3, "pods"))]);
    const policy = body(
      "admissionregistration.k8s.io/v1",
      "ValidatingAdmissionPolicy",
      field(2, field(2, field(3, rule))),
    );
    expect(decode(policy, "admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy")).toMatchObject({
      spec: { matchConstraints: { resourceRules: [{ operations: ["CREATE"], resources: ["pods"] }] } },
    });
  });

  it("holds the schemas of a CustomResourceDefinition", () => {
    const json = (value: unknown): number[] => field(1, JSON.stringify(value));
    const maximum = [0x49, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f];
    const size = [
      ...field(5, "number"),
      ...maximum,
      ...field(8, json(1)),
      ...field(20, json("a")),
      ...field(42, "set"),
    ];
    const schema = [
      ...field(3, "#/x"),
      ...field(24, field(1, field(5, "string"))),
      ...field(29, entry("size", size)),
      ...field(30, field(1, 1)),
      ...field(33, field(2, field(5, "string"))),
      ...field(32, entry("d", [...field(2, "p"), ...field(2, "q")])),
      ...field(38, 1),
    ];
    const versions = field(7, [...field(1, "v1"), ...field(4, field(1, schema))]);
    const bytes = body("apiextensions.k8s.io/v1", "CustomResourceDefinition", field(2, versions));
    expect(decode(bytes, "apiextensions.k8s.io/v1", "CustomResourceDefinition")).toMatchObject({
      spec: {
        versions: [
          {
            name: "v1",
            schema: {
              openAPIV3Schema: {
                $ref: "#/x",
                items: { type: "string" },
                properties: {
                  size: { type: "number", maximum: 1.5, default: 1, enum: ["a"], "x-kubernetes-list-type": "set" },
                },
                additionalProperties: true,
                additionalItems: { type: "string" },
                dependencies: { d: ["p", "q"] },
                "x-kubernetes-preserve-unknown-fields": true,
              },
            },
          },
        ],
      },
    });
  });

  it("may come in parts, which are merged, and name a map's key as it likes", () => {
    const parts = [
      field(1, field(1, "first")),
      field(1, field(11, entry("__proto__", "x"))),
      field(2, entry("k", "v")),
    ];
    const object = decode(body("v1", "ConfigMap", ...parts), "v1", "ConfigMap") as { metadata: { labels: object } };
    expect(object).toMatchObject({ metadata: { name: "first" }, data: { k: "v" } });
    expect(Object.entries(object.metadata.labels)).toEqual([["__proto__", "x"]]);
  });

  it("that does not say its kind is taken for what is expected", () => {
    expect(decode(body("", "", field(2, entry("k", "v"))), "v1", "ConfigMap")).toMatchObject({
      apiVersion: "v1",
      kind: "ConfigMap",
      data: { k: "v" },
    });
  });

  it("of another kind is refused", () => {
    expect(refusal(body("v1", "Secret"))).toContain("converting (v1.Secret) to (core.Pod): unknown conversion");
    expect(refusal(body("example.com/v1", "Widget"))).toContain(
      'no kind "Widget" is registered for version "example.com/v1"',
    );
  });

  it("of options is taken whatever group it is sent for", () => {
    const options = body("policy/v1", "DeleteOptions", field(1, 0), field(4, "Foreground"));
    const { object } = decodeBody(options, PROTOBUF, target("v1", "DeleteOptions"), { anyVersion: true });
    expect(object).toMatchObject({ gracePeriodSeconds: 0, propagationPolicy: "Foreground" });
  });

  it("is not taken for a custom resource", () => {
    const widget = { ...target("example.com/v1", "Widget"), custom: {} } as DecodeTarget;
    expect(() => decodeBody(body("example.com/v1", "Widget"), PROTOBUF, widget)).toThrow(
      /accepted media types include: application\/json, application\/yaml$/,
    );
  });

  it("that cannot be read is told of in the server's words", () => {
    const unrecognized = "the object provided is unrecognized (must be of type Pod): ";
    expect(refusal(new Uint8Array())).toBe(`${unrecognized}empty data (<empty>)`);
    expect(refusal(Buffer.from("{}"))).toBe(
      `${unrecognized}provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] ({})`,
    );
    expect(refusal(Buffer.from("k8s\0"))).toBe(`${unrecognized}empty body (6b387300)`);
    expect(refusal(Buffer.from("k8s\0\n\xff", "latin1"))).toBe(`${unrecognized}unexpected EOF (6b3873000aff)`);
    const cannot = 'Pod in version "v1" cannot be handled as a Pod: ';
    expect(refusal(body("v1", "Pod", field(1, 7)))).toBe(`${cannot}proto: wrong wireType = 0 for field Metadata`);
    expect(refusal(body("v1", "Pod", [8]))).toBe(`${cannot}unexpected EOF`);
    expect(refusal(body("v1", "Pod", [0, 0]))).toBe(`${cannot}proto: illegal tag 0 (wire type 0)`);
  });

  it("that nests without end is refused", () => {
    let schema: number[] = field(5, "object");
    for (let depth = 0; depth < 1200; depth += 1) schema = field(28, schema);
    const versions = field(7, [...field(1, "v1"), ...field(4, field(1, schema))]);
    const bytes = body("apiextensions.k8s.io/v1", "CustomResourceDefinition", field(2, versions));
    expect(refusal(bytes, "apiextensions.k8s.io/v1", "CustomResourceDefinition")).toContain("exceeded max depth");
  });

  it("is either an object or a 400, whatever its bytes", () => {
    const whole = captured.map((one) => [Buffer.from(one.body, "base64"), one.object] as const);
    const outcome = (bytes: Uint8Array, { apiVersion, kind }: Captured["object"]): void => {
      try {
        expect(decode(bytes, apiVersion, kind)).toMatchObject({ apiVersion, kind });
      } catch (error) {
        expect(error).toSatisfy((one) => one instanceof StatusError && one.status.code === 400);
      }
    };
    for (const [bytes, object] of whole) {
      for (let length = 0; length < bytes.length; length += 1) outcome(bytes.subarray(0, length), object);
    }
    fc.assert(
      fc.property(
        fc.constantFrom(...whole),
        fc.nat(),
        fc.uint8Array({ maxLength: 16 }),
        ([bytes, object], at, noise) => {
          const broken = Uint8Array.from(bytes);
          broken.set(noise.subarray(0, bytes.length - (at % bytes.length)), at % bytes.length);
          outcome(broken, object);
        },
      ),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (noise) =>
        outcome(body("v1", "Pod", [...noise]), { apiVersion: "v1", kind: "Pod" }),
      ),
    );
  });
});
