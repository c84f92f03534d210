import { afterEach, beforeEach, expect, test } from "vitest";
import type { KubernetesObject } from "../../src/core/object.ts";
import type { AppliedObject } from "../../src/operations/manifests/apply.ts";
import { applySetId, parentObject, readParent } from "../../src/operations/manifests/apply-set.ts";
import type { Cluster } from "../../src/runtime/cluster.ts";
import { type SandboxCluster, sandboxCluster } from "../support/sandbox-cluster.ts";

let cluster: SandboxCluster;
let k8s: Cluster;
let failure: ((request: Request) => Response | undefined) | undefined;

beforeEach(() => {
  failure = undefined;
  cluster = sandboxCluster({ fail: (request) => failure?.(request) });
  ({ k8s } = cluster);
});

afterEach(() => cluster.close());

const object = (kind: string, name: string, namespace?: string): KubernetesObject =>
  ({ apiVersion: "v1", kind, metadata: { name, ...(namespace && { namespace }) } }) as object;
const brief = (report: readonly AppliedObject[]): string[] =>
  report.map(({ kind, name, action }) => `${kind}/${name} ${action}`);
const set = { prune: true, applySet: "my-set" } as const;

/** As kubectl 1.35 labels a Secret my-set in the namespace default. */
const ID = "applyset-kdySOVBWs584aaOTmku9Ul1xDuN7LXBjs-R96jQcisk-v1";

test("the id is that of kubectl: the hash of name, namespace, kind and group", () => {
  const parent = { apiVersion: "v1", kind: "Secret", group: "", namespace: "default", name: "my-set" };
  expect(applySetId(parent)).toMatch(/^applyset-[\w-]{43}-v1$/);
  expect(applySetId(parent)).toBe(ID);
  expect(applySetId({ ...parent, namespace: undefined, kind: "Set", group: "example.com" })).not.toBe(ID);
});

test("what an earlier apply made and this one lacks is pruned, whatever its kind and namespace", async () => {
  await k8s.apply([object("Namespace", "shop"), object("Namespace", "gone")]);
  await k8s.configmaps.create(object("ConfigMap", "foreign"));
  const first = [
    object("ConfigMap", "a"),
    object("ConfigMap", "b"),
    object("Service", "web", "shop"),
    object("ServiceAccount", "bot", "gone"),
  ];
  const services = { ...first[2], spec: { ports: [{ port: 80 }] } } as KubernetesObject;
  await k8s.apply([first[0], first[1], services, first[3]] as KubernetesObject[], set);
  const parent = await k8s.secrets.get("my-set");
  expect(parent.metadata).toMatchObject({
    labels: { "applyset.kubernetes.io/id": ID },
    annotations: {
      "applyset.kubernetes.io/tooling": "kubescript/v1",
      "applyset.kubernetes.io/contains-group-kinds": "ConfigMap,Service,ServiceAccount",
      "applyset.kubernetes.io/additional-namespaces": "gone,shop",
    },
  });
  const second = [object("ConfigMap", "b")];
  const expected = ["ConfigMap/b unchanged", "Service/web pruned", "ConfigMap/a pruned", "ServiceAccount/bot pruned"];
  expect(brief(await k8s.dryRun().apply(second, set)).sort()).toEqual([...expected].sort());
  expect((await k8s.diff(second, set)).map(({ name, action }) => `${name} ${action}`).sort()).toEqual([
    "a pruned",
    "bot pruned",
    "web pruned",
  ]);
  expect(await k8s.configmaps.find("a")).toBeDefined();
  const told: AppliedObject[] = [];
  const report = await k8s.apply(second, { ...set, onProgress: (one) => void told.push(one) });
  expect(told).toEqual(report);
  expect(brief(report)[1]).toBe("Service/web pruned");
  expect(brief(report).sort()).toEqual([...expected].sort());
  expect((await k8s.configmaps.list()).map(({ metadata }) => metadata?.name).sort()).toEqual(["b", "foreign"]);
  expect((await k8s.secrets.get("my-set")).metadata?.annotations).toMatchObject({
    "applyset.kubernetes.io/contains-group-kinds": "ConfigMap",
    "applyset.kubernetes.io/additional-namespaces": "",
  });
});

test("an apply that fails prunes nothing, and its set forgets nothing", async () => {
  await k8s.apply([object("ConfigMap", "a"), object("ServiceAccount", "bot")], set);
  failure = (request) =>
    request.method === "PATCH" && request.url.includes("/configmaps/b") && !request.url.includes("dryRun")
      ? Response.json({ kind: "Status", code: 403, reason: "Forbidden", message: "no" }, { status: 403 })
      : undefined;
  await expect(k8s.apply([object("ConfigMap", "b")], set)).rejects.toThrow(/0 of 1 objects were applied/);
  expect(await k8s.serviceaccounts.find("bot")).toBeDefined();
  failure = undefined;
  expect(brief(await k8s.apply([object("ConfigMap", "b")], set))).toContain("ServiceAccount/bot pruned");
});

test("what belongs to another set is neither taken nor pruned", async () => {
  await k8s.apply([object("ConfigMap", "a")], set);
  const other = { prune: true, applySet: "configmaps/other" } as const;
  await expect(k8s.apply([object("ConfigMap", "a")], other)).rejects.toThrow(/configmaps "a".*part of another one/);
  // Who keeps no set takes none from it, and may apply.
  expect(brief(await k8s.apply(object("ConfigMap", "a"), { fieldManager: "ops" }))).toEqual(["ConfigMap/a unchanged"]);
  await k8s.apply([object("ConfigMap", "b")], other);
  expect(brief(await k8s.apply([object("ConfigMap", "c")], other))).toEqual([
    "ConfigMap/c created",
    "ConfigMap/b pruned",
  ]);
  expect(await k8s.configmaps.find("a")).toBeDefined();
  expect(brief(await k8s.apply([object("ConfigMap", "a")], { ...other, force: true }))[0]).toBe(
    "ConfigMap/a configured",
  );
});

test("a set of kubectl's is left to it, or kept in its name", async () => {
  const parent = { apiVersion: "v1", kind: "Secret", group: "", namespace: "default", name: "my-set" };
  const contents = { kinds: new Set(["ConfigMap"]), namespaces: new Set(["default"]) };
  await k8s.secrets.create(parentObject(parent, contents, undefined, "kubectl/v1.35.0") as object);
  await expect(k8s.apply([object("ConfigMap", "a")], set)).rejects.toMatchObject({
    message: 'Cannot prune by the ApplySet of Secret "my-set": it is kept by kubectl, not by kubescript',
    hint: expect.stringContaining('{ applySetTooling: "kubectl" }'),
  });
  expect(await k8s.configmaps.find("a")).toBeUndefined();
  await k8s.apply([object("ConfigMap", "a")], { ...set, applySetTooling: "kubectl" });
  expect(readParent(parent, await k8s.secrets.get("my-set"), "kubectl").kinds).toEqual(new Set(["ConfigMap"]));
  expect((await k8s.secrets.get("my-set")).metadata?.annotations?.["applyset.kubernetes.io/tooling"]).toBe(
    "kubectl/v1.35.0",
  );
});

test("what cannot be a parent, or asks for half of it, is refused before anything is written", async () => {
  await k8s.secrets.create(object("Secret", "plain"));
  const before = cluster.requests.length;
  const refused = async (options: object, message: RegExp): Promise<void> =>
    expect(k8s.apply([object("ConfigMap", "a")], options)).rejects.toThrow(message);
  await refused({ prune: true }, /nothing says of which ApplySet/);
  await refused({ applySet: "my-set" }, /pruning, which is not asked for/);
  await refused({ prune: true, applySet: "plain" }, /not the parent of an ApplySet/);
  await refused({ prune: true, applySet: "serviceaccounts/default" }, /cannot be a parent/);
  await refused({ prune: true, applySet: "a/b/c" }, /not NAME or RESOURCE\/NAME/);
  await expect(k8s.everywhere.apply([object("ConfigMap", "a")], set)).rejects.toThrow(/one namespace/);
  await expect(k8s.apply([object("Secret", "my-set")], set)).rejects.toThrow(/it is its parent/);
  expect(cluster.requests.slice(before).filter((one) => !one.startsWith("GET"))).toEqual([]);
});

test("a set whose parent's namespace is made with it is listed before its members come", async () => {
  const members = [object("Namespace", "shop"), object("ConfigMap", "a", "shop")];
  await k8s.in("shop").apply(members, set);
  const writes = cluster.requests.filter((one) => one.startsWith("PATCH") && !one.includes("dryRun"));
  expect(writes.map((one) => /\/(\w+)\/[\w-]+\?/.exec(one)?.[1])).toEqual([
    "namespaces",
    "secrets",
    "configmaps",
    "secrets",
  ]);
});

test("a custom resource is a parent where its definition allows it, and is not made", async () => {
  const definition = (labels: Record<string, string>): KubernetesObject =>
    ({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "sets.example.com", labels },
      spec: {
        group: "example.com",
        scope: "Cluster",
        names: { plural: "sets", singular: "set", kind: "Set" },
        versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
      },
    }) as object;
  const options = { prune: true, applySet: "sets.example.com/all" } as const;
  await k8s.apply(definition({}));
  await expect(k8s.apply(object("ConfigMap", "a"), options)).rejects.toThrow(/cannot be a parent/);
  await k8s.apply(definition({ "applyset.kubernetes.io/is-parent-type": "true" }));
  await expect(k8s.apply(object("ConfigMap", "a"), options)).rejects.toMatchObject({ code: "NOT_FOUND" });
  const parent = { apiVersion: "example.com/v1", kind: "Set", group: "example.com", namespace: undefined, name: "all" };
  const nothing = { kinds: new Set<string>(), namespaces: new Set<string>() };
  await k8s.resource("sets").create({ ...parentObject(parent, nothing, undefined, "kubescript") });
  await k8s.apply([object("ConfigMap", "a"), object("ConfigMap", "b")], options);
  expect(brief(await k8s.apply(object("ConfigMap", "b"), options))).toEqual([
    "ConfigMap/b unchanged",
    "ConfigMap/a pruned",
  ]);
});
