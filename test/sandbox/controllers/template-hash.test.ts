import { describe, expect, it } from "vitest";
import { goDump } from "../../../src/sandbox/controllers/go-dump.ts";
import { patchHash, templateHash } from "../../../src/sandbox/controllers/template-hash.ts";
import { recordedExchanges } from "../replay/recording.ts";

const LABEL = "pod-template-hash";

interface Template {
  metadata: { labels: Record<string, string> };
}

/** Every template that the real Deployment controller has named, by its name. */
function recordedTemplates(): Map<string, Template> {
  const found = new Map<string, Template>();
  for (const { response } of recordedExchanges("controllers")) {
    const { kind, items = [] } = (response.body ?? {}) as { kind?: string; items?: { spec: { template: Template } }[] };
    if (kind !== "ReplicaSetList") continue;
    for (const { spec } of items) {
      const { [LABEL]: hash = "", ...labels } = spec.template.metadata.labels;
      found.set(hash, { ...spec.template, metadata: { ...spec.template.metadata, labels } });
    }
  }
  return found;
}

describe("a pod template's hash", () => {
  it("is the one that the real controller gave each recorded template", () => {
    const recorded = recordedTemplates();
    expect(recorded.size).toBe(2);
    for (const [hash, template] of recorded) expect(templateHash(template)).toBe(hash);
  });

  it("changes with each collision", () => {
    const template = { spec: { containers: [] } };
    expect(new Set([undefined, 0, 1, 2].map((count) => templateHash(template, count))).size).toBe(4);
  });

  it("takes an empty list or map for none, as storage does", () => {
    const bare = { spec: { containers: [{ name: "m" }] } };
    const empty = { metadata: { labels: {} }, spec: { containers: [{ name: "m", env: [] }], volumes: [] } };
    expect(templateHash(empty)).toBe(templateHash(bare));
  });

  it("tells a pointer to an empty struct from none", () => {
    const containers = [{ name: "m" }];
    expect(templateHash({ spec: { containers, securityContext: {} } })).not.toBe(
      templateHash({ spec: { containers } }),
    );
  });
});

describe("the dump of a Go value", () => {
  it("names each field's type, and says nil of what is not there", () => {
    expect(goDump({ name: "http", containerPort: 80 }, "core/v1.ContainerPort")).toBe(
      "(v1.ContainerPort){Name:(string)http HostPort:(int32)0 ContainerPort:(int32)80 Protocol:(v1.Protocol) HostIP:(string)}",
    );
    expect(goDump({ labelSelector: undefined }, "core/v1.PodAffinityTerm")).toContain(
      "{LabelSelector:(*v1.LabelSelector)<nil> Namespaces:([]string)<nil>",
    );
  });

  it("prints inlined structs as the fields that they are in Go", () => {
    expect(goDump({ name: "v", emptyDir: {} }, "core/v1.Volume")).toContain(
      "(v1.Volume){Name:(string)v VolumeSource:(v1.VolumeSource){HostPath:(*v1.HostPathVolumeSource)<nil> EmptyDir:(*v1.EmptyDirVolumeSource){",
    );
  });

  it("sorts maps and leaves out the types of entries and items", () => {
    expect(goDump({ b: "2", a: "1" }, "map[string]string")).toBe("(map[string]string)map[a:1 b:2]");
    expect(goDump(["x", "y"], "[]string")).toBe("([]string)[x y]");
  });

  it("knows what is inside of numbers that may be texts", () => {
    expect(goDump(8080, "intstr.IntOrString")).toBe(
      "(intstr.IntOrString){Type:(intstr.Type)0 IntVal:(int32)8080 StrVal:(string)}",
    );
    expect(goDump("http", "intstr.IntOrString")).toBe(
      "(intstr.IntOrString){Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string)http}",
    );
  });

  const NONE = "d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>}";
  it.each([
    ["100m", "100", -3, "100m", "DecimalSI"],
    ["2", "2", 0, "2", "DecimalSI"],
    ["-5k", "-5", 3, "-5k", "DecimalSI"],
    ["0", "0", 0, "0", "DecimalSI"],
    ["2e3", "2", 3, "2e3", "DecimalExponent"],
    ["100Mi", "104857600", 0, "100Mi", "BinarySI"],
    ["64Mi", "67108864", 0, "", "BinarySI"],
  ])("holds the quantity %s as Go does once it was parsed", (quantity, value, scale, text, format) => {
    const amount = `i:(resource.int64Amount){value:(int64)${value} scale:(resource.Scale)${scale}}`;
    expect(goDump(quantity, "resource.Quantity")).toBe(
      `(resource.Quantity){${amount} ${NONE} s:(string)${text} Format:(resource.Format)${format}}`,
    );
  });

  it("holds a quantity of many digits as a decimal of billionths", () => {
    expect(goDump("1Pi", "resource.Quantity")).toContain(
      "d:(resource.infDecAmount){Dec:(*inf.Dec){unscaled:(big.Int){neg:(bool)false abs:(big.nat)[2882303761517117440 61035]} scale:(inf.Scale)9}} s:(string) ",
    );
  });
});

describe("a patch's hash", () => {
  it("follows the JSON that Go writes, and the collision count", () => {
    expect(patchHash({ b: 1, a: 2 }, 0)).toBe(patchHash({ a: 2, b: 1 }, 0));
    // FNV-1 of {"a":"\\u003c"}0: Go escapes what HTML would take for markup
    expect(patchHash({ a: "<" }, 0)).toBe("7649c48bbf");
    expect(patchHash({ a: 2 }, 0)).not.toBe(patchHash({ a: 2 }, 1));
  });
});
