import { expect, test } from "vitest";
import type { Cluster } from "../../src/runtime/cluster.ts";
import { createGlobals, type Globals, installGlobals } from "../../src/runtime/globals.ts";
import { createLog } from "../../src/runtime/log.ts";
import { createShell } from "../../src/runtime/shell.ts";

let controller = new AbortController();
const k8s = { under: () => k8s } as unknown as Cluster;

function globals(): Globals {
  return createGlobals({
    k8s,
    $: createShell({ cluster: () => undefined, env: {} }).$,
    log: createLog(() => {}),
    args: { name: "a" },
    signal: () => controller.signal,
  });
}

test("they are put on a target as names that can be assigned again and are not listed", () => {
  const target: Record<string, unknown> = {};
  installGlobals(globals(), target);
  expect(Object.keys(target)).toEqual([]);
  expect(target.args).toEqual({ name: "a" });
  target.log = "mine";
  expect(target.log).toBe("mine");
  installGlobals(globals(), target);
  expect(typeof target.log).toBe("function");
});

test("signal is that of the moment, and ends a sleep", async () => {
  const target = {} as Globals;
  installGlobals(globals(), target);
  controller = new AbortController();
  expect(target.signal).toBe(controller.signal);
  const sleeping = target.sleep("1h");
  controller.abort();
  await expect(sleeping).rejects.toMatchObject({ code: "ABORTED" });
});

test("amounts and YAML are read as kubectl reads them", () => {
  const { duration, quantity, yaml } = globals();
  expect(duration("1h30m")).toBe(5_400_000);
  expect(quantity("500m")).toBe(0.5);
  expect(yaml.parse("a: on")).toEqual({ a: true });
  expect(yaml.parseAll("a: 1\n---\nb: 2")).toEqual([{ a: 1 }, { b: 2 }]);
  expect(yaml.stringify({ a: "on" })).toBe('a: "on"\n');
});
