import { afterEach, beforeEach, expect, test } from "vitest";
import type { ConfigMap } from "../../src/types/core-v1.ts";
import { type MovingSandbox, movingSandbox } from "../support/moving-sandbox.ts";

let cluster: MovingSandbox;

beforeEach(() => {
  cluster = movingSandbox();
});
afterEach(() => cluster.close());

test("labels and annotations are set, kept and removed as kubectl does", async () => {
  const configMaps = cluster.helper<ConfigMap>("configmaps");
  await configMaps.create({ metadata: { name: "a", labels: { tier: "back", old: "1" } } });
  await expect(configMaps.label("a", "tier=front")).rejects.toMatchObject({
    message: 'Cannot label configmaps "a": tier is "back" already',
    hint: "Say { overwrite: true } to change it.",
  });
  const changed = await configMaps.label("a", ["tier=front", "old-", "new="], { overwrite: true });
  expect(changed.metadata?.labels).toEqual({ tier: "front", new: "" });
  const same = await configMaps.label("a", ["tier=front", "none-"]);
  expect(same.metadata?.resourceVersion).toBe(changed.metadata?.resourceVersion);
  const noted = await configMaps.annotate("a", { note: "a=b", gone: null });
  expect(noted.metadata?.annotations).toEqual({ note: "a=b" });
  for (const word of ["", "-", "=x", "tier"]) {
    await expect(configMaps.label("a", word)).rejects.toThrow(`"${word}" is not a change`);
  }
  await expect(configMaps.label("a", ["x=1", "x-"])).rejects.toThrow('"x" is given twice');
  for (const value of [1, undefined, true]) {
    await expect(configMaps.label("a", { x: value as never })).rejects.toThrow(
      `Cannot label configmaps "a": "x" is ${typeof value}, neither a text nor null`,
    );
  }
  await expect(configMaps.label("a", [])).rejects.toThrow("no change is given");
});

test("a label that meets another's write looks again", async () => {
  const configMaps = cluster.helper<ConfigMap>("configmaps");
  await configMaps.create({ metadata: { name: "a" } });
  await cluster.settled(
    Promise.all(Array.from({ length: 3 }, (_, index) => configMaps.label("a", `key-${index}=yes`))),
  );
  expect(Object.keys((await configMaps.get("a")).metadata?.labels ?? {})).toHaveLength(3);
});

test("of two that set the same label at once, the later one is told of the value that is there", async () => {
  const configMaps = cluster.helper<ConfigMap>("configmaps");
  await configMaps.create({ metadata: { name: "a" } });
  const ends = await cluster.settled(
    Promise.allSettled(["tier=front", "tier=back"].map((word) => configMaps.label("a", word))),
  );
  expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const { tier } = (await configMaps.get("a")).metadata?.labels ?? {};
  const refused = ends.find((end) => end.status === "rejected");
  expect(refused?.reason).toMatchObject({ message: `Cannot label configmaps "a": tier is "${tier}" already` });
});
