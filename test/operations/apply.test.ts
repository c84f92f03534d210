import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../src/core/object.ts";
import { ApiError } from "../../src/errors.ts";
import type { AppliedObject } from "../../src/operations/manifests/apply.ts";
import { fieldSteps, placeOf } from "../../src/operations/manifests/field-line.ts";
import { globExpression, isGlob, splitGlob } from "../../src/operations/manifests/glob.ts";
import { render } from "../../src/repl/render/output.ts";
import { type SandboxCluster, sandboxCluster } from "../support/sandbox-cluster.ts";

let cluster: SandboxCluster;
let folder: string;
let failure: ((request: Request) => Response | undefined) | undefined;

beforeEach(() => {
  failure = undefined;
  cluster = sandboxCluster({ fail: (request) => failure?.(request) });
  folder = mkdtempSync(path.join(tmpdir(), "kubescript-apply-"));
});

afterEach(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true, force: true });
});

const configMap = (name: string, data: Record<string, unknown> = {}, namespace?: string): KubernetesObject =>
  ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...(namespace && { namespace }) }, data }) as object;
const namespace = (name: string): KubernetesObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
const definition = (properties: object = { size: { type: "integer" } }): KubernetesObject =>
  ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "widgets.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "widgets", singular: "widget", kind: "Widget" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties } } } },
        },
      ],
    },
  }) as object;
const widget = (spec: object, name = "w"): KubernetesObject =>
  ({ apiVersion: "example.com/v1", kind: "Widget", metadata: { name }, spec }) as object;

const brief = (report: readonly AppliedObject[]): string[] =>
  report.map(({ kind, name, action }) => `${kind}/${name} ${action}`);
const stored = (): string[] => cluster.requests.filter((one) => !one.startsWith("GET") && !one.includes("dryRun=All"));
const file = (name: string, text: string): string => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
  return path.join(folder, name);
};
const failed = (work: Promise<unknown>): Promise<Error & { code: string; hint: string }> =>
  work.then(
    () => Promise.reject(new Error("it succeeded")),
    (error) => error,
  );

describe("apply", () => {
  test("makes what others need first, and says of each object what became of it", async () => {
    const set = [widget({ size: 1 }), configMap("a", {}, "shop"), namespace("shop"), definition()];
    expect(brief(await cluster.k8s.apply(set))).toEqual([
      "Namespace/shop created",
      "CustomResourceDefinition/widgets.example.com created",
      "ConfigMap/a created",
      "Widget/w created",
    ]);
    const again = await cluster.k8s.apply([...set, configMap("a", { n: "1" }, "default")]);
    expect(brief(again)).toEqual([
      "Namespace/shop unchanged",
      "CustomResourceDefinition/widgets.example.com unchanged",
      "ConfigMap/a unchanged",
      "ConfigMap/a created",
      "Widget/w unchanged",
    ]);
    expect(again[3]?.object).toMatchObject({ data: { n: "1" } });
    expect(Object.keys(again[3] ?? {})).toEqual(["kind", "namespace", "name", "action"]);
    const how = { format: { type: "name" }, color: false, now: 0 } as const;
    expect(await render(again.slice(1, 3), how)).toBe(
      "customresourcedefinition.apiextensions.k8s.io/widgets.example.com\nconfigmap/a",
    );
    expect(brief(await cluster.k8s.apply(await cluster.k8s.configmaps.list()))).toEqual(["ConfigMap/a unchanged"]);
    expect(await render(await cluster.k8s.delete(configMap("a"), { wait: false }), how)).toBe("configmap/a");
  });

  test("writes nothing while anything is wrong, and names each file, document, line and field", async () => {
    const good = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n";
    file("a.yaml", good);
    file(
      "b.yaml",
      `# two\n---\n${good.replace("name: a", "name: b")}---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replcas: 2\n  selector: { matchLabels: { app: web } }\n  template:\n    metadata: { labels: { app: web } }\n    spec:\n      containers:\n      - name: web\n        image: nginx\n`,
    );
    file(
      "c.json",
      JSON.stringify({ apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { ports: [{ port: 0 }] } }),
    );
    const error = await failed(cluster.k8s.apply(folder));
    expect(error.message.split("\n")).toEqual([
      "Cannot apply 2 of 4 objects",
      expect.stringMatching(/b\.yaml, document 2, line 12: .*replcas/),
      expect.stringMatching(/c\.json, document 1, line 1: .*spec\.ports\[0\]\.port/),
      ...error.message.split("\n").slice(3),
    ]);
    expect(error.hint).toContain("Nothing was written");
    expect(stored()).toEqual([]);
  });

  test("finds what is wrong with an object whose namespace it would make itself", async () => {
    const bad = { ...configMap("a", {}, "shop"), data: { n: 1 } } as object;
    const error = await failed(cluster.k8s.apply([namespace("shop"), bad, configMap("b", {}, "shop")]));
    expect(error.message).toMatch(/^Cannot apply object 2: .*data/);
    expect(stored()).toEqual([]);
  });

  test("asks about custom resources as soon as their definition is served, before anything else is written", async () => {
    const error = await failed(cluster.k8s.apply([definition(), configMap("a"), widget({ size: "big" })]));
    expect(error.message).toMatch(/^Cannot apply object 3: .*spec\.size/s);
    expect(error.hint).toContain("Only namespaces and definitions were written");
    expect(await cluster.k8s.configmaps.find("a")).toBeUndefined();
    // What a definition has newly learnt may be used beside it.
    await cluster.k8s.apply([definition(), widget({ size: 1 })]);
    const wider = definition({ size: { type: "integer" }, color: { type: "string" } });
    expect(brief(await cluster.k8s.apply([wider, widget({ size: 1, color: "red" })]))).toEqual([
      "CustomResourceDefinition/widgets.example.com configured",
      "Widget/w configured",
    ]);
  });

  test("refuses kinds that nobody serves, namespaces that contradict the handle, and repeats that differ", async () => {
    const { k8s } = cluster;
    await expect(k8s.apply([configMap("a"), widget({})])).rejects.toThrow(/Cannot apply object 2: .*kind "Widget"/);
    await expect(k8s.in("other").apply(configMap("a", {}, "shop"))).rejects.toThrow(/object says namespace "shop"/);
    await expect(k8s.apply([configMap("a"), configMap("a", { n: "1" })])).rejects.toThrow(/object 2: .*object 1 again/);
    expect(brief(await k8s.apply([configMap("a"), configMap("a")]))).toEqual(["ConfigMap/a created"]);
    expect(stored()).toHaveLength(1);
  });

  test.each([
    ["apps/v1", "deployment", "Did you mean kind Deployment in apps/v1?"],
    ["apps/v1", "Deploymnt", "Did you mean kind Deployment in apps/v1?"],
    ["v1", "Deployment", "Did you mean kind Deployment in apps/v1?"],
    ["extensions/v1beta1", "Ingress", "Did you mean kind Ingress in networking.k8s.io/v1?"],
    ["batch/v1beta1", "CronJob", "Did you mean kind CronJob in batch/v1?"],
    ["serving.knative.dev/v1", "Service", "Is its CustomResourceDefinition installed, and is the version right?"],
  ])("of a kind that is not served, %s %s, it says what may be meant", async (apiVersion, kind, hint) => {
    const error = await failed(cluster.k8s.apply({ apiVersion, kind, metadata: { name: "a" } }));
    expect(error.code).toBe("UNKNOWN_RESOURCE");
    expect(error.hint).toContain(hint);
  });

  test("tells every conflict before it writes; force takes the fields", async () => {
    const { k8s } = cluster;
    for (const name of ["a", "b"]) await k8s.configmaps.apply(configMap(name, { n: "1" }), { fieldManager: "other" });
    const writes = stored().length;
    const set = [configMap("new"), configMap("a", { n: "2" }), configMap("b", { n: "2" })];
    const error = await failed(k8s.apply(set));
    expect(error.code).toBe("CONFLICT");
    expect(error.message).toMatch(/object 2: configmaps "a": .*\.data\.n: owned by "other".*object 3: configmaps "b"/s);
    expect(error.hint).toMatch(/force: true.*leave them out.*value they have/);
    expect(stored()).toHaveLength(writes);
    expect(brief(await k8s.apply(set, { force: true }))).toEqual([
      "ConfigMap/new created",
      "ConfigMap/a configured",
      "ConfigMap/b configured",
    ]);
  });

  test("reads text, folders and patterns; deeper folders when asked to", async () => {
    const text = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`;
    file("top.yml", text("top"));
    file("notes.txt", "none");
    file("deep/er/one.yaml", text("deep"));
    const names = async (source: string, recursive = false): Promise<string[]> =>
      (await cluster.k8s.dryRun().apply(source, { recursive })).map(({ name }) => name).sort();
    expect(await names(text("inline"))).toEqual(["inline"]);
    expect(await names(folder)).toEqual(["top"]);
    expect(await names(folder, true)).toEqual(["deep", "top"]);
    expect(await names(`${folder}/**/*.{yaml,yml}`)).toEqual(["deep", "top"]);
    expect(await names(`${folder}/*.yml`)).toEqual(["top"]);
    await expect(names(`${folder}/*.json`)).rejects.toThrow(/no file matches/);
    await expect(names(`${folder}/deep`)).rejects.toThrow(/holds no \.yaml/);
    await expect(names(`${folder}/none.yaml`)).rejects.toThrow(/no such file or folder/);
  });

  test("a dry run says what would become of each, and stores nothing", async () => {
    const { k8s } = cluster;
    await k8s.apply(configMap("old"));
    const writes = stored().length;
    const set = [namespace("shop"), configMap("a", {}, "shop"), configMap("old", { n: "1" }), definition(), widget({})];
    const expected = [
      "Namespace/shop created",
      "CustomResourceDefinition/widgets.example.com created",
      "ConfigMap/a created",
      "ConfigMap/old configured",
      "Widget/w untried",
    ];
    expect(brief(await k8s.dryRun().apply(set))).toEqual(expected);
    expect(brief(await k8s.apply(set, { dryRun: true }))).toEqual(expected);
    expect(stored()).toHaveLength(writes);
  });

  test("broken off, it says what was applied and what was not, and begins nothing more", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `m${index}`);
    const abort = new AbortController();
    failure = () => {
      if (stored().length === 20) abort.abort();
      return undefined;
    };
    const error = await failed(
      cluster.k8s.apply(
        names.map((name) => configMap(name)),
        { signal: abort.signal },
      ),
    );
    expect(error.code).toBe("ABORTED");
    const [, applied = "", unknown = "", rest = ""] =
      /^The apply was interrupted\n {2}(\d+) of 40 objects were applied: .*\n {2}not known whether: (.*)\n {2}not applied: (.*)$/.exec(
        error.message,
      ) ?? [];
    expect([Number(applied) > 0, unknown !== "", rest !== ""]).toEqual([true, true, true]);
    expect(stored().length).toBeLessThan(40);
  });

  test("a write that fails names the object and its place, and what came before", async () => {
    failure = (request) =>
      request.url.includes("/services/web") && request.method === "PATCH" && !request.url.includes("dryRun")
        ? Response.json(
            { kind: "Status", status: "Failure", code: 403, reason: "Forbidden", message: "quota exceeded" },
            { status: 403 },
          )
        : undefined;
    const service = { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { ports: [{ port: 80 }] } };
    const error = await failed(cluster.k8s.apply([configMap("a"), service, widgetless("late")]));
    expect(error.code).toBe("FORBIDDEN");
    expect(error.message).toBe(
      'Cannot apply object 2: quota exceeded\n  1 of 3 objects were applied: ConfigMap "a"\n  not applied: Service "web", CronJob "late"',
    );
  });

  test("costs three requests an object, two without the check, and does several at once", async () => {
    const set = Array.from({ length: 50 }, (_, index) => configMap(`m${index}`));
    await cluster.k8s.apply(configMap("first"));
    const before = cluster.requests.length;
    await cluster.k8s.apply(set);
    expect(cluster.requests.length - before).toBe(150);
    await cluster.k8s.apply(set, { validate: false });
    expect(cluster.requests.length - before).toBe(250);
  });
});

const widgetless = (name: string): KubernetesObject =>
  ({
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name },
    spec: {
      schedule: "* * * * *",
      jobTemplate: {
        spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i" }] } } },
      },
    },
  }) as object;

test("a plan asks once about each object, in the order of the run, and says what it cannot hold", async () => {
  const planned = sandboxCluster({ planned: true });
  try {
    const { k8s, requests } = planned;
    const set = [configMap("a"), namespace("shop")];
    expect(brief(await k8s.apply(set, { prune: true, applySet: "set" }))).toEqual([
      "Namespace/shop created",
      "ConfigMap/a created",
    ]);
    const listed = planned.planned.map(({ request }) => /(\w+\/[\w-]+)$/.exec(request.path)?.[1]);
    expect(listed).toEqual(["namespaces/shop", "configmaps/a", "secrets/set"]);
    const writes = requests.filter((one) => !one.startsWith("GET"));
    expect(writes.every((one) => one.includes("dryRun=All"))).toBe(true);
    expect(await k8s.diff(set)).toHaveLength(2);
    expect(planned.planned, "a diff is no change").toHaveLength(3);
    const error = await failed(k8s.apply([...set, configMap("b", {}, "shop"), definition(), widget({})]));
    expect(error.message).toMatch(
      /^Cannot plan to apply ConfigMap "b" \(object 3\), Widget "w" \(object 5\): .* only made by the run$/,
    );
  } finally {
    await planned.close();
  }
});

test("files are matched as shells match them", () => {
  const matches = (pattern: string, file: string): boolean => globExpression(pattern).test(file);
  expect(isGlob("a/b.yaml")).toBe(false);
  expect(["*.yaml", "a?.yaml", "[ab].yaml", "{a,b}.yaml", "**/a"].every(isGlob)).toBe(true);
  expect(splitGlob("deploy/base/*.yaml")).toEqual({ base: "deploy/base", rest: "*.yaml" });
  expect(splitGlob("/**/x")).toEqual({ base: "/", rest: "**/x" });
  expect(splitGlob("*.yaml")).toEqual({ base: ".", rest: "*.yaml" });
  const table: [string, string, boolean][] = [
    ["*.yaml", "a.yaml", true],
    ["*.yaml", "a/b.yaml", false],
    ["*.yaml", ".hidden.yaml", false],
    [".*.yaml", ".hidden.yaml", true],
    ["**/*.yaml", "b.yaml", true],
    ["**/*.yaml", "a/.git/b.yaml", false],
    ["a/**", "a/b/c.yaml", true],
    ["a.yaml", "axyaml", false],
    ["{web,db}-?.y{,a}ml", "db-1.yaml", true],
    ["[!a]*.yaml", "b.yaml", true],
    ["[!a]*.yaml", "a.yaml", false],
    ["a+(b)$.yaml", "a+(b)$.yaml", true],
  ];
  for (const [pattern, file, expected] of table)
    expect([pattern, file, matches(pattern, file)]).toEqual([pattern, file, expected]);
});

test("fields of refusals lead to their lines", () => {
  const text =
    "# shop\nkind: List\nitems:\n- spec:\n    containers:\n    - name: a\n    - name: b\n      image: x\n    labels: { app.io/x: y }\n";
  const object = { spec: { containers: [{ name: "a" }, { name: "b", image: "x" }], labels: { "app.io/x": "y" } } };
  const manifest = { object, origin: "f.yaml, document 1", place: { text, document: 1, path: ["items", 0] } };
  const lineOf = (status: object): string =>
    placeOf(manifest, new ApiError("INVALID", "", { status, httpStatus: 422, method: "PATCH", path: "/" }));
  expect(lineOf({ details: { causes: [{ field: "spec.containers[1].image" }] } })).toBe("f.yaml, document 1, line 8");
  expect(lineOf({ message: 'failed: .spec.containers[name="b"].image: not declared' })).toMatch(/line 8$/);
  expect(lineOf({ message: 'strict decoding error: unknown field "spec.labels"' })).toMatch(/line 9$/);
  expect(lineOf({ message: "no field at all" })).toMatch(/line 4$/);
  expect(fieldSteps(object, "spec.labels[app.io/x]")).toEqual(["spec", "labels", "app.io/x"]);
});

test("waits on request for what is not in working order yet, and watches nothing else", async () => {
  const running = sandboxCluster({ nodes: [{ name: "node0" }] });
  try {
    const { k8s, requests } = running;
    const containers = [{ name: "web", image: "nginx" }];
    const labels = { app: "web" };
    const deployment = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    } as KubernetesObject;
    await k8s.apply([configMap("a"), deployment], { wait: true });
    expect((await k8s.deployments.get("web")).status?.availableReplicas).toBe(1);
    const watched = (): string[] => requests.filter((one) => one.includes("watch=true"));
    expect(watched().map((one) => /\/(\w+)\?/.exec(one)?.[1])).toEqual(["deployments"]);
    await k8s.apply([configMap("a"), deployment], { wait: true });
    expect(watched()).toHaveLength(1);
    const image = { ...steered("image-pull", "fail"), name: "stuck" };
    const pod = { apiVersion: "v1", kind: "Pod", metadata: image, spec: { containers } } as KubernetesObject;
    const error = await failed(k8s.apply([configMap("a"), pod], { wait: true, timeoutMs: 1500 }));
    expect(error.code).toBe("TIMEOUT");
    expect(error.message).toMatch(
      /^Timed out after 1\.5 s waiting for pods "stuck" to be ready: \w+\n {2}pod "stuck": /,
    );
    expect(error.hint).toBe("All 2 were applied.");
  } finally {
    await running.close();
  }
});

test("what is being deleted is never in working order", async () => {
  const held = { ...configMap("a"), metadata: { name: "a", finalizers: ["example.com/hold"] } };
  await cluster.k8s.apply(held);
  await cluster.k8s.configmaps.delete("a");
  const error = await failed(cluster.k8s.apply([held, configMap("b")], { wait: true }));
  expect(error.code).toBe("WAIT_FAILED");
  expect(error.message).toMatch(
    /configmaps "a".*: it is being deleted since \S+, held by finalizers example\.com\/hold/,
  );
});

const steered = (name: string, value: string): object => ({
  annotations: { [`sandbox.kubescript.dev/${name}`]: value },
});

test("a time that is no length of time is refused before the first request", async () => {
  const { k8s } = cluster;
  const began = cluster.requests.length;
  for (const time of ["60s" as unknown as number, Number.NaN]) {
    await expect(k8s.apply(configMap("a"), { wait: true, timeoutMs: time })).rejects.toMatchObject({
      hint: expect.stringContaining("timeoutMs takes milliseconds"),
    });
    const joined = { attach: true, startTimeoutMs: time } as const;
    for (const asked of [
      k8s.run("a", { ...joined, image: "busybox:1" }),
      k8s.nodes.debug("node0", { ...joined, image: "busybox:1" }),
    ]) {
      await expect(asked).rejects.toMatchObject({ hint: expect.stringContaining("startTimeoutMs takes milliseconds") });
    }
  }
  expect(cluster.requests.slice(began)).toEqual([]);
  expect(await k8s.apply(configMap("a"), { wait: true, timeoutMs: -1 })).toHaveLength(1);
});
