import { expect, expectTypeOf, test } from "vitest";
import type { ApiResource, Cluster, Globals, ResourceList, UnknownObject, WatchEvent } from "../src/index.ts";
import { recipe } from "../src/index.ts";
import type { Deployment } from "../src/types/apps-v1.ts";
import type { Pod } from "../src/types/core-v1.ts";

/** Names that users write in their imports. A change here is a change of the package's contract: it goes into CHANGELOG.md. */
const NAMES = {
  index: [
    "AbortError",
    "ApiError",
    "CommandError",
    "ConfigError",
    "ConnectionError",
    "Http",
    "KubescriptError",
    "ResourceCache",
    "ResourceClient",
    "ResourceHelper",
    "ResourceList",
    "Subresource",
    "TimeoutError",
    "UsageError",
    "all",
    "any",
    "available",
    "complete",
    "condition",
    "deleted",
    "exists",
    "isApiError",
    "isKubescriptError",
    "jsonpath",
    "make",
    "not",
    "openCluster",
    "ready",
    "recipe",
    "rollout",
  ],
  globals: [],
  "sandbox/index": ["createSandbox", "manualClock", "startSandbox", "wallClock"],
  testing: [
    "createRecorder",
    "createSandbox",
    "manualClock",
    "openCluster",
    "replay",
    "startSandbox",
    "tryRecipe",
    "wallClock",
  ],
};

test.each(Object.entries(NAMES))("%s exports these names and no others", async (entry, names) => {
  const module: object = await import(new URL(`../src/${entry}.ts`, import.meta.url).href);
  expect(Object.keys(module).sort()).toEqual(names);
});

test("what a typed helper gives is of its kind", () => {
  expectTypeOf<Awaited<ReturnType<Cluster["pods"]["get"]>>>().toEqualTypeOf<Pod>();
  expectTypeOf<Awaited<ReturnType<Cluster["po"]["get"]>>>().toEqualTypeOf<Pod>();
  expectTypeOf<Awaited<ReturnType<Cluster["deployments"]["find"]>>>().toEqualTypeOf<Deployment | undefined>();
  expectTypeOf<Awaited<ReturnType<Cluster["pods"]["list"]>>>().toEqualTypeOf<ResourceList<Pod>>();
  expectTypeOf<ReturnType<Cluster["pods"]["watch"]>>().toEqualTypeOf<
    AsyncGenerator<WatchEvent<Pod>, void, undefined>
  >();
  expectTypeOf<Cluster["everywhere"]["dryRun"]>().returns.toEqualTypeOf<Cluster>();
  expectTypeOf<Awaited<ReturnType<Cluster["resources"]>>>().toEqualTypeOf<ApiResource[]>();
  expectTypeOf<Awaited<ReturnType<ReturnType<Cluster["resource"]>["get"]>>>().toExtend<UnknownObject>();
  // @ts-expect-error a Pod has no such field
  expectTypeOf<Pod["specification"]>().toBeAny();
});

test("a recipe's arguments are typed as they are declared", () => {
  const made = recipe({
    description: "Tries the types",
    args: {
      olderThan: { type: "duration", default: "24h" },
      namespace: { type: "string", optional: true },
      limit: { type: "number" },
      force: { type: "boolean" },
      memory: { type: "quantity", optional: true, default: "1Gi" },
    },
    run({ args, k8s, signal }) {
      expectTypeOf(args).toEqualTypeOf<{
        readonly olderThan: number;
        readonly namespace: string | undefined;
        readonly limit: number;
        readonly force: boolean;
        readonly memory: number;
      }>();
      expectTypeOf(k8s).toEqualTypeOf<Cluster>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      return { deleted: args.limit };
    },
  });
  expectTypeOf<Awaited<ReturnType<typeof made.run>>>().toEqualTypeOf<{ deleted: number }>();
  expect(made.args.limit).toEqual({ type: "number" });
});

test("the globals of a script are those of the prompt", () => {
  expectTypeOf<keyof Globals>().toEqualTypeOf<
    "k8s" | "$" | "log" | "args" | "signal" | "sleep" | "yaml" | "duration" | "quantity"
  >();
  expectTypeOf<typeof globalThis.k8s>().toEqualTypeOf<Cluster>();
});
