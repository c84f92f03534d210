import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readProtobuf } from "../../../src/sandbox/protobuf/read-protobuf.ts";

type Part = number | bigint | string | Uint8Array | readonly number[];

function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

/** One field: a number as a varint, everything else with its length before it. */
function field(number: number, value: Part): number[] {
  if (typeof value === "number" || typeof value === "bigint") return [...varint(number * 8), ...varint(value)];
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
}

function body(apiVersion: string, kind: string, ...message: readonly number[][]): Uint8Array {
  const type = [...field(1, apiVersion), ...field(2, kind)];
  return new Uint8Array([0x6b, 0x38, 0x73, 0, ...field(1, type), ...field(2, message.flat())]);
}

const entry = (key: string, value: Part): number[] => [...field(1, key), ...field(2, value)];

describe("a protobuf body", () => {
  it("says the same as JSON", () => {
    const resources = field(1, entry("cpu", field(1, "100m")));
    const probe = [
      ...field(1, field(2, [...field(1, "/"), ...field(2, [...field(1, 1), ...field(3, "http")])])),
      ...field(2, 5),
    ];
    const container = [...field(1, "main"), ...field(8, resources), ...field(10, probe)];
    const volume = [...field(1, "v"), ...field(2, field(6, field(1, "secret")))];
    const metadata = [...field(1, "p"), ...field(8, field(1, 1_767_225_600)), ...field(11, entry("app", "web"))];
    const spec = [...field(1, volume), ...field(2, container), ...field(4, -1)];
    expect(readProtobuf(body("v1", "Pod", field(1, metadata), field(2, spec)))).toEqual({
      apiVersion: "v1",
      kind: "Pod",
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

  it("holds bytes as base64 and lists within maps", () => {
    const secret = body("v1", "Secret", field(2, entry("k", new Uint8Array([0, 255]))));
    expect(readProtobuf(secret)).toMatchObject({ data: { k: "AP8=" } });
    const extra = field(5, entry("scopes", [...field(1, "a"), ...field(1, "b")]));
    const review = body("authorization.k8s.io/v1", "SubjectAccessReview", field(2, extra));
    expect(readProtobuf(review)).toMatchObject({ spec: { extra: { scopes: ["a", "b"] } } });
  });

  it("of options is found whatever group they are sent for", () => {
    const options = body("policy/v1", "DeleteOptions", field(1, 0), field(4, "Foreground"));
    expect(readProtobuf(options)).toMatchObject({ gracePeriodSeconds: 0, propagationPolicy: "Foreground" });
  });

  it("of a kind without a protobuf form is left alone", () => {
    expect(readProtobuf(body("example.com/v1", "Widget"))).toBeUndefined();
  });

  it("that is cut short or no message is a RangeError", () => {
    const whole = body("v1", "ConfigMap", field(1, field(1, "name")), field(2, entry("k", "value")));
    expect(() => readProtobuf(new TextEncoder().encode("{}"))).toThrow(RangeError);
    for (let length = 4; length < whole.length; length += 1) {
      const cut = whole.subarray(0, length);
      try {
        readProtobuf(cut);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (noise) => {
        const bytes = body("v1", "Pod", [...noise]);
        try {
          expect(readProtobuf(bytes)).toMatchObject({ kind: "Pod" });
        } catch (error) {
          expect(error).toSatisfy((one) => one instanceof RangeError || one instanceof SyntaxError);
        }
      }),
    );
  });
});
