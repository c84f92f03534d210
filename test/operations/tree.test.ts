import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KubernetesObject, OwnerReference } from "../../src/core/object.ts";
import type { ApiRequest } from "../../src/core/request.ts";
import type { ApiResource } from "../../src/core/resource.ts";
import { listOwned, type OwnedObject } from "../../src/operations/tree/list-owned.ts";
import { ObjectTree, type TreeNode } from "../../src/operations/tree/object-tree.ts";
import type { TreeOwner } from "../../src/operations/tree/owners.ts";
import { dependentsOf, type Ownership } from "../../src/operations/tree/ownership.ts";
import { stateOf } from "../../src/operations/tree/state-of.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { BUILT_IN_RESOURCES } from "../../src/types/built-in-resources.ts";
import { type MovingSandbox, movingSandbox } from "../support/moving-sandbox.ts";
import { failureOf } from "../transport/support/failure.ts";

describe("ownership", () => {
  const owned = (uid: string, ...owners: string[]): OwnedObject =>
    ({
      kind: "K",
      namespace: "n",
      name: uid,
      uid,
      owners: owners.map((one) => ({ uid: one })),
    }) as unknown as OwnedObject;
  const drawn = ({ object, dependents, repeated }: Ownership<{ uid: string }>): string =>
    `${object.uid}${repeated ? "…" : ""}${dependents.length === 0 ? "" : `(${dependents.map(drawn).join(" ")})`}`;

  test.each<[name: string, objects: OwnedObject[], tree: string]>([
    ["nothing", [owned("x", "other")], "root"],
    ["levels, by name", [owned("b", "root"), owned("c", "b"), owned("a", "root")], "root(a b(c))"],
    [
      "two owners",
      [owned("a", "root"), owned("b", "root"), owned("c", "a", "b"), owned("d", "c")],
      "root(a(c(d)) b(c…))",
    ],
    ["a circle", [owned("a", "root", "b"), owned("b", "a")], "root(a(b(a…)))"],
    ["the root in a circle", [owned("root", "a"), owned("a", "root")], "root(a(root…))"],
    ["an object that two groups serve", [owned("a", "root"), owned("a", "root")], "root(a)"],
  ])("%s", (_name, objects, tree) => {
    expect(drawn(dependentsOf({ uid: "root" }, objects))).toBe(tree);
  });
});

test("a list whose snapshot is gone in the middle is read at once", async () => {
  const asked: unknown[] = [];
  const item = { metadata: { name: "a", uid: "1", ownerReferences: [{ uid: "0" }] } };
  const send = async ({ query = {} }: ApiRequest): Promise<object> => {
    asked.push([query.limit, query.continue]);
    const page = { items: [item], metadata: query.limit === undefined ? {} : { continue: "next" } };
    const [status, body] = query.continue === undefined ? [200, page] : [410, { kind: "Status", reason: "Expired" }];
    return { status, headers: {}, body: Buffer.from(JSON.stringify(body)) };
  };
  const resource = BUILT_IN_RESOURCES.find(({ name }) => name === "pods") as ApiResource;
  const owned = await listOwned({ send } as unknown as Transport, resource, "n", undefined);
  expect(owned.map(({ name }) => name)).toEqual(["a"]);
  expect(asked).toEqual([
    [500, undefined],
    [500, "next"],
    [undefined, undefined],
  ]);
});

test("it prints the way up, the branches, what is gone and what was not seen", () => {
  const state = { ready: "", status: "", message: "" };
  const node = (name: string, dependents: TreeNode[] = [], more: Partial<TreeNode> = {}): TreeNode => ({
    ...{ apiVersion: "v1", kind: "K", namespace: "n", name, uid: name, created: "2026-01-01T00:00:00Z" },
    ...{ ...state, repeated: false, dependents, ...more },
  });
  const owner = (name: string, owners: TreeOwner[] = [], more: Partial<TreeOwner> = {}): TreeOwner => ({
    ...{ apiVersion: "v1", kind: "O", namespace: "", name, uid: name, created: "", controller: true },
    ...{ ...state, state: "found", owners, ...more },
  });
  const root = node("root", [
    node("a", [node("b", [], { repeated: true })]),
    node("c", [], { ready: "1/1", status: "Running" }),
    node("d", [], { status: "a\u001b\nb" }),
  ]);
  const tree = new ObjectTree(
    [owner("low", [owner("top", [], { state: "gone" })]), owner("side", [], { state: "hidden" })],
    root,
    ["secrets (forbidden)"],
    Date.parse("2026-01-01T00:05:00Z"),
  );
  expect(inspect(tree)).toBe(
    [
      "NAMESPACE   NAME            READY   STATUS    AGE",
      "            O/top (gone)    -       -         -",
      "            └─O/low         -       -         -",
      "n             └─K/root      -       -         5m",
      "n               ├─K/a       -       -         5m",
      "n               │ └─K/b …   -       -         5m",
      "n               ├─K/c       1/1     Running   5m",
      "n               └─K/d       -       a^[ b     5m",
      "Also owned by O/side (not seen)",
      "Not seen: secrets (forbidden)",
    ].join("\n"),
  );
});

test.each<[object: object, ready: string, status: string]>([
  [{ kind: "ConfigMap", apiVersion: "v1" }, "", ""],
  [
    {
      kind: "Pod",
      apiVersion: "v1",
      spec: { containers: [{}, {}] },
      status: { phase: "Running", containerStatuses: [{ ready: true }] },
    },
    "1/2",
    "Running",
  ],
  [
    {
      kind: "Pod",
      apiVersion: "v1",
      status: { phase: "Running", containerStatuses: [{ state: { waiting: { reason: "CrashLoopBackOff" } } }] },
    },
    "0/0",
    "CrashLoopBackOff",
  ],
  [
    { kind: "Pod", apiVersion: "v1", metadata: { deletionTimestamp: "x" }, status: { phase: "Running" } },
    "0/0",
    "Terminating",
  ],
  [
    { kind: "ReplicaSet", apiVersion: "apps/v1", spec: { replicas: 2 }, status: { readyReplicas: 1 } },
    "1/2",
    "InProgress",
  ],
  [
    {
      kind: "Job",
      apiVersion: "batch/v1",
      status: { succeeded: 1, conditions: [{ type: "Complete", status: "True" }] },
    },
    "1/1",
    "Complete",
  ],
  [
    { kind: "Widget", apiVersion: "e.com/v1", status: { conditions: [{ type: "Ready", status: "False" }] } },
    "False",
    "InProgress",
  ],
  [{ kind: "Pod", apiVersion: "v1", spec: { containers: [{}] }, status: { phase: "Succeeded" } }, "0/1", "Completed"],
  [{ kind: "PersistentVolumeClaim", apiVersion: "v1", status: { phase: "Bound" } }, "", "Bound"],
])("%j is %s, %s", (object, ready, status) => {
  expect(stateOf(object)).toMatchObject({ ready, status });
});

describe("on a server", () => {
  let server: MovingSandbox;
  let refused: (path: string) => number | undefined;
  beforeEach(() => {
    refused = () => undefined;
    server = movingSandbox({
      nodes: [{ name: "a" }],
      fail: ({ method, url }) => {
        const code = method === "GET" ? refused(new URL(url).pathname) : undefined;
        return code === undefined
          ? undefined
          : Response.json({ kind: "Status", message: "no", code }, { status: code });
      },
    });
  });
  afterEach(() => server.close());

  async function deployed(): Promise<string> {
    const labels = { app: "web" };
    const template = { metadata: { labels }, spec: { containers: [{ name: "web", image: "nginx" }] } };
    const deployment = {
      metadata: { name: "web" },
      spec: { replicas: 2, selector: { matchLabels: labels }, template },
    };
    await server.helper("deployments").create(deployment);
    await server.settled(server.helper("deployments").wait("web", "available"));
    return (await server.helper<KubernetesObject>("pods").list())[0]?.metadata?.name ?? "";
  }

  test("a Deployment shows its ReplicaSets and Pods with their states", async () => {
    await deployed();
    const tree = await server.settled(server.helper("deployments").tree("web"));
    const shape = ({ kind, ready, dependents }: TreeNode): unknown => [kind, ready, dependents.map(shape)];
    expect(shape(tree.root)).toEqual([
      "Deployment",
      "2/2",
      [
        [
          "ReplicaSet",
          "2/2",
          [
            ["Pod", "1/1", []],
            ["Pod", "1/1", []],
          ],
        ],
      ],
    ]);
    expect([tree.owners, tree.hidden]).toEqual([[], []]);
    // Nothing outside its namespace can be its dependent.
    expect(server.requests).not.toContainEqual(expect.stringMatching(/^GET \/api\/v1\/nodes\?limit/));
  });

  test("a Pod shows its owners above it; from the top, their other dependents too", async () => {
    const pod = await deployed();
    const tree = await server.settled(server.helper("pods").tree(pod));
    expect(tree.owners).toMatchObject([
      {
        kind: "ReplicaSet",
        controller: true,
        state: "found",
        ready: "2/2",
        owners: [{ kind: "Deployment", owners: [] }],
      },
    ]);
    expect(JSON.stringify(tree)).not.toContain("containers");
    const whole = await server.settled(server.helper("pods").tree(pod, { fromTop: true }));
    expect([whole.owners, whole.root.kind, whole.root.dependents[0]?.dependents.length]).toEqual([[], "Deployment", 2]);
  });

  test("what may not be listed is named; what went away meanwhile is not", async () => {
    await deployed();
    refused = (path) => ({ "/secrets": 403, "/jobs": 404, "/leases": 503 })[/\/[^/]*$/.exec(path)?.[0] ?? ""];
    const tree = await server.settled(server.helper("deployments").tree("web"));
    expect(tree.hidden).toEqual(["leases.coordination.k8s.io (no)", "secrets (forbidden)"]);
    expect(tree.root.dependents).toHaveLength(1);
  });

  test("owners that are gone, replaced or hidden are told apart", async () => {
    const reference = (name: string, more: Partial<OwnerReference> = {}): OwnerReference => ({
      ...{ apiVersion: "v1", kind: "ConfigMap", name, uid: `uid-${name}`, ...more },
    });
    const configMaps = server.helper<KubernetesObject>("configmaps");
    const there = await configMaps.create({ metadata: { name: "there" } });
    await configMaps.create({ metadata: { name: "replaced" } });
    const ownerReferences = [
      reference("none"),
      reference("replaced"),
      reference("hidden"),
      reference("strange", { apiVersion: "none.example/v1", kind: "None" }),
      reference("there", { uid: there.metadata?.uid ?? "", controller: true }),
    ];
    // Never collected as an orphan: one of its owners is there.
    await configMaps.create({ metadata: { name: "owned", ownerReferences } });
    refused = (path) => (path.endsWith("/hidden") ? 403 : undefined);
    const { owners } = await server.settled(configMaps.tree("owned"));
    expect(Object.fromEntries(owners.map(({ name, state }) => [name, state]))).toEqual({
      there: "found",
      none: "gone",
      replaced: "gone",
      hidden: "hidden",
      strange: "gone",
    });
    expect(owners[0]?.name).toBe("there");
  });

  test("owners that go round in a circle are told once each", async () => {
    const configMaps = server.helper<KubernetesObject>("configmaps");
    const reference = ({ metadata }: KubernetesObject): OwnerReference[] => [
      { apiVersion: "v1", kind: "ConfigMap", name: metadata?.name ?? "", uid: metadata?.uid ?? "" },
    ];
    const a = await configMaps.create({ metadata: { name: "a" } });
    const b = await configMaps.create({ metadata: { name: "b", ownerReferences: reference(a) } });
    await configMaps.patch("a", { metadata: { ownerReferences: reference(b) } });
    const { owners, root } = await server.settled(configMaps.tree("a"));
    const names = (list: readonly TreeOwner[]): unknown[] => list.map((one) => [one.name, names(one.owners)]);
    expect(names(owners)).toEqual([["b", [["a", []]]]]);
    expect(root.dependents[0]?.dependents).toMatchObject([{ name: "a", repeated: true }]);
  });

  test("the states of many are read together", async () => {
    const configMaps = server.helper<KubernetesObject>("configmaps");
    const top = await configMaps.create({ metadata: { name: "top" } });
    const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name: "top", uid: top.metadata?.uid ?? "" }];
    for (let at = 0; at < 5; at += 1) await configMaps.create({ metadata: { name: `c${at}`, ownerReferences } });
    await configMaps.resource();
    server.requests.length = 0;
    await server.settled(configMaps.tree("top"));
    expect(server.requests.filter((one) => /\/configmaps\/c\d/.test(one))).toEqual([]);
  });

  test("an object that is not there, and an abort, are what they are elsewhere", async () => {
    expect((await failureOf(server.settled(server.helper("deployments").tree("none")))).code).toBe("NOT_FOUND");
    await deployed();
    const controller = new AbortController();
    refused = (path) => {
      if (path.endsWith("/secrets")) controller.abort();
      return undefined;
    };
    const aborted = server.helper("deployments").tree("web", { signal: controller.signal });
    expect((await failureOf(server.settled(aborted))).code).toBe("ABORTED");
  });
});
