import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KubernetesObject, UnknownObject } from "../../src/core/object.ts";
import { lineDiff } from "../../src/operations/manifests/line-diff.ts";
import { objectDiff } from "../../src/operations/manifests/object-diff.ts";
import { render } from "../../src/repl/render/output.ts";
import { type SandboxCluster, sandboxCluster } from "../support/sandbox-cluster.ts";

let cluster: SandboxCluster;

beforeEach(() => {
  cluster = sandboxCluster();
});

afterEach(() => cluster.close());

const object = (kind: string, name: string, more: object = {}): KubernetesObject =>
  ({ apiVersion: "v1", kind, metadata: { name }, ...more }) as object;

test("says what an apply would change, and changes nothing", async () => {
  const { k8s } = cluster;
  await k8s.apply([object("ConfigMap", "a", { data: { size: "1" } }), object("ConfigMap", "same")]);
  const fresh = { ...object("ConfigMap", "b"), metadata: { name: "b", namespace: "shop" } };
  const set = [
    object("ConfigMap", "a", { data: { size: "2" } }),
    object("ConfigMap", "same"),
    object("Namespace", "shop"),
    fresh,
  ];
  const before = cluster.requests.length;
  const diffs = await k8s.diff(set);
  expect(diffs.map(({ namespace, name, action }) => [namespace, name, action])).toEqual([
    [undefined, "shop", "created"],
    ["default", "a", "configured"],
    ["shop", "b", "created"],
  ]);
  expect(diffs[1]?.diff).toMatch(/^-\s+size: "1"\n\+\s+size: "2"$/m);
  const writes = cluster.requests.slice(before).filter((one) => !one.startsWith("GET"));
  expect(writes.every((one) => one.includes("dryRun=All"))).toBe(true);
  await expect(k8s.diff(object("ConfigMap", "a", { dta: {} }))).rejects.toThrow(/^Cannot diff object 1: .*dta/);
  const [diff] = diffs.slice(1);
  const format = { type: "table", wide: false } as const;
  expect(await render([diff], { format, color: false, now: 0 })).toMatch(
    /^--- live\/default\/ConfigMap\/a\n\+\+\+ applied\/default\/ConfigMap\/a\n@@ -\d+,\d+ \+\d+,\d+ @@\n/,
  );
  const colored = (await render(diff, { format, color: true, now: 0 })) ?? "";
  expect(colored).toContain('\u001b[32m+  size: "2"\u001b[39m');
  expect(JSON.parse((await render(diffs, { format: { type: "json" }, color: true, now: 0 })) ?? "")).toHaveLength(3);
});

test("kubectl's own copy of a Secret's values is masked where it changes, too", () => {
  const annotated = (value: string): KubernetesObject => ({
    kind: "Secret",
    metadata: {
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": `{"data":{"a":"${value}"}}`, team: "x" },
    },
  });
  const diff = objectDiff(annotated("hunter1") as UnknownObject, annotated("hunter2") as UnknownObject);
  expect(diff).not.toContain("hunter");
  expect(diff).toMatch(/^-\s+kubectl.*: "\*\*\* \(before\)"$/m);
  expect(diff).toContain("team: x");
});

test("shows of a Secret's values only whether they change, wherever they stand", async () => {
  const { k8s } = cluster;
  const secret = (data: object): KubernetesObject => object("Secret", "s", data);
  const note = { "kubectl.kubernetes.io/last-applied-configuration": '{"stringData":{"kept":"hunter2"}}' };
  await k8s.apply(secret({ stringData: { kept: "hunter2", changed: "hunter2", gone: "hunter2" } }));
  await k8s.secrets.annotate("s", note);
  const [diff] = await k8s.diff(secret({ stringData: { kept: "hunter2", changed: "hunter3", fresh: "hunter4" } }));
  expect(diff?.diff).toMatch(/^-\s+changed: "\*\*\* \(before\)"$/m);
  expect(diff?.diff).toMatch(/^\+\s+changed: "\*\*\* \(after\)"$/m);
  expect(diff?.diff).toMatch(/^\s+kept: "\*\*\*"$/m);
  for (const value of ["hunter2", "hunter3", "hunter4"]) {
    expect(diff?.diff).not.toContain(value);
    expect(diff?.diff).not.toContain(Buffer.from(value).toString("base64"));
  }
  expect(objectDiff(undefined, { ...secret({ data: { a: "aHVudGVyMg==" } }) })).not.toContain("aHVudGVyMg");
});

describe("lines", () => {
  /** Applies a unified diff to the text that it was made from. */
  const patched = (before: string, diff: string): string => {
    const source = before === "" ? [] : before.split("\n");
    const result: string[] = [];
    let at = 0;
    for (const line of diff === "" ? [] : diff.split("\n")) {
      const start = /^@@ -(\d+),(\d+) \+\d+,\d+ @@$/.exec(line);
      if (start !== null) {
        const [, first, count] = start.map(Number);
        const begin = count === 0 ? (first ?? 0) : (first ?? 0) - 1;
        result.push(...source.slice(at, begin));
        at = begin;
      } else {
        if (line[0] !== "+") {
          expect(source[at]).toBe(line.slice(1));
          at += 1;
        }
        if (line[0] !== "-") result.push(line.slice(1));
      }
    }
    return [...result, ...source.slice(at)].join("\n");
  };
  const texts = fc.array(fc.constantFrom("a", "b", "c", "d", "e"), { maxLength: 40 }).map((lines) => lines.join("\n"));

  test("patch the one text into the other, and equal texts have none", () => {
    fc.assert(
      fc.property(texts, texts, fc.nat({ max: 4 }), (before, after, context) => {
        const diff = lineDiff(before, after, context);
        expect(patched(before, diff)).toBe(after);
        expect(diff === "").toBe(before === after);
      }),
    );
  });

  test("of long texts that differ everywhere take no memory to speak of, and stay small where little changed", () => {
    const long = (step: number): string[] => Array.from({ length: 20_000 }, (_, index) => `line ${index * step}`);
    const few = long(1).map((line, index) => (index % 5000 === 2500 ? `${line} changed` : line));
    expect(lineDiff(long(1).join("\n"), few.join("\n"), 0).split("\n")).toHaveLength(12);
    const far = lineDiff(long(1).join("\n"), long(-7).join("\n"));
    expect(patched(long(1).join("\n"), far)).toBe(long(-7).join("\n"));
  });
});
