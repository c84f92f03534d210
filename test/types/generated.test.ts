import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, expectTypeOf, test } from "vitest";
import { requireResource } from "../../src/core/names.ts";
import type { KubernetesObject } from "../../src/core/object.ts";
import { Discovery } from "../../src/discovery/discovery.ts";
import type { BuiltInResources } from "../../src/types/built-in.ts";
import { BUILT_IN_RESOURCES } from "../../src/types/built-in-resources.ts";
import type { Pod } from "../../src/types/core-v1.ts";
import { RecordedServer } from "../discovery/recorded-server.ts";

const root = path.join(import.meta.dirname, "../..");

test("the files in src/types are what the generator writes", () => {
  const out = mkdtempSync(path.join(tmpdir(), "types-"));
  try {
    execFileSync(process.execPath, ["--import", "tsx", "scripts/generate-types.ts", "--out", out], {
      cwd: root,
      stdio: "pipe",
    });
    const committed = path.join(root, "src/types");
    expect(readdirSync(out).sort()).toEqual(readdirSync(committed).sort());
    for (const file of readdirSync(out)) {
      expect(readFileSync(path.join(out, file), "utf8"), file).toBe(readFileSync(path.join(committed, file), "utf8"));
    }
  } finally {
    rmSync(out, { recursive: true });
  }
});

test("the built-in resources are those that a real server lists", async () => {
  const listed = await new Discovery(new RecordedServer()).resources({ preferred: false });
  const comparable = (all: readonly (typeof listed)[number][]): unknown[] =>
    all
      .map((one) => ({ ...one, subresources: [...one.subresources].sort() }))
      .sort((a, b) => (`${a.name}.${a.version}.${a.group}` < `${b.name}.${b.version}.${b.group}` ? -1 : 1));
  expect(comparable(BUILT_IN_RESOURCES)).toEqual(comparable(listed));
});

test("every typed name is one that resolves", () => {
  const text = readFileSync(path.join(root, "src/types/built-in.ts"), "utf8");
  const names = [...text.matchAll(/^ {2}(\w+): /gm)].map(([, name = ""]) => name);
  expect(names.length).toBeGreaterThan(80);
  for (const name of names) expect(requireResource(name, BUILT_IN_RESOURCES).kind, name).toMatch(/^[A-Z]/);
});

test("objects are typed by plural and by short name", () => {
  expectTypeOf<BuiltInResources["pods"]>().toEqualTypeOf<Pod>();
  expectTypeOf<BuiltInResources["po"]>().toEqualTypeOf<Pod>();
  expectTypeOf<BuiltInResources[keyof BuiltInResources]>().toExtend<KubernetesObject>();
});
