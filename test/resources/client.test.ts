import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { UnknownObject } from "../../src/core/object.ts";
import { type ApiRequest, requestTarget } from "../../src/core/request.ts";
import type { ApiResource } from "../../src/core/resource.ts";
import { ResourceClient } from "../../src/resources/client.ts";
import type { ResourceClientSettings } from "../../src/resources/client-settings.ts";
import type { ApiResponse, Transport } from "../../src/transport/transport.ts";
import { DEPLOYMENTS, NODES, PODS } from "../core/resources-fixture.ts";
import { FakeTiming } from "./fake-server.ts";

type Answer = { status?: number; body: unknown };

/** Records requests and answers them by a function, or with an empty object. */
function setUp(
  answer: (request: ApiRequest, index: number) => Answer = () => ({ body: {} }),
  settings: Partial<ResourceClientSettings> = {},
): { client: ResourceClient; lines: string[]; requests: ApiRequest[]; timing: FakeTiming } {
  const requests: ApiRequest[] = [];
  const lines: string[] = [];
  const timing = new FakeTiming();
  const transport: Transport = {
    async send(request): Promise<ApiResponse> {
      requests.push(request);
      lines.push(`${request.method} ${requestTarget(request)}`);
      const { status = 200, body } = answer(request, requests.length - 1);
      return { status, headers: {}, body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)) };
    },
    stream: () => Promise.reject(new Error("nothing is streamed here")),
    open: () => Promise.reject(new Error("nothing is opened here")),
    upgrade: () => Promise.reject(new Error("nothing is upgraded here")),
    close: () => Promise.resolve(),
  };
  const scope = { type: "namespace", namespace: "default", chosen: false } as const;
  const client = new ResourceClient({ transport, resource: PODS, scope, timing, ...settings });
  return { client, lines, requests, timing };
}

const body = (request: ApiRequest | undefined): UnknownObject => JSON.parse(String(request?.body)) as UnknownObject;
const failure = (code: number, reason: string, more: object = {}): Answer => ({
  status: code,
  body: { kind: "Status", status: "Failure", code, reason, message: reason, ...more },
});

describe("reading", () => {
  test("get returns the object as the server sent it", async () => {
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web", creationTimestamp: "2024-01-01T00:00:00Z" },
      extra: null,
    };
    const { client, lines } = setUp(() => ({ body: pod }));
    expect(await client.get("web")).toEqual(pod);
    expect(lines).toEqual(["GET /api/v1/namespaces/default/pods/web"]);
  });

  test("find gives undefined for what does not exist, and throws other errors", async () => {
    const { client } = setUp((_, index) => (index === 0 ? failure(404, "NotFound") : failure(403, "Forbidden")));
    expect(await client.find("web")).toBeUndefined();
    await expect(client.find("web")).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  test("a list is an array that carries the list's fields, its items completed", async () => {
    const { client } = setUp(() => ({
      body: {
        kind: "PodList",
        apiVersion: "v1",
        metadata: { resourceVersion: "7" },
        items: [{ metadata: { name: "a" } }],
      },
    }));
    const list = await client.list();
    expect(list).toHaveLength(1);
    expect([...list]).toEqual([{ apiVersion: "v1", kind: "Pod", metadata: { name: "a" } }]);
    expect([list.kind, list.apiVersion, list.metadata.resourceVersion]).toEqual(["PodList", "v1", "7"]);
    expect(list.filter(() => true).constructor).toBe(Array);
    expect(Object.keys(list)).toEqual(["0"]);
    expect(list.toListObject()).toMatchObject({ kind: "PodList", items: [{ kind: "Pod" }] });
  });

  const paged = (request: ApiRequest): Answer => {
    const at = Number(request.query?.continue ?? 0);
    const size = Number(request.query?.limit);
    const end = Math.min(7, at + size);
    const items = Array.from({ length: end - at }, (_, index) => ({ metadata: { name: `p${at + index}` } }));
    return {
      body: {
        kind: "PodList",
        metadata: { resourceVersion: "1", ...(end < 7 ? { continue: String(end) } : {}) },
        items,
      },
    };
  };

  test("lists are fetched in pages, and end at the limit", async () => {
    const { client, lines } = setUp(paged);
    expect((await client.list({ pageSize: 3, resourceVersion: "0" })).map(({ metadata }) => metadata?.name)).toEqual([
      "p0",
      "p1",
      "p2",
      "p3",
      "p4",
      "p5",
      "p6",
    ]);
    expect(lines.map((line) => line.split("?")[1])).toEqual([
      "resourceVersion=0&limit=3",
      "limit=3&continue=3",
      "limit=3&continue=6",
    ]);
    const limited = await client.list({ pageSize: 3, limit: 4 });
    expect(limited).toHaveLength(4);
    expect(limited.metadata.continue).toBe("4");
  });

  test("iterate asks for a page when the loop gets to it", async () => {
    const { client, lines } = setUp(paged);
    for await (const { metadata } of client.iterate({ pageSize: 2 })) if (metadata?.name === "p2") break;
    expect(lines).toHaveLength(2);
  });

  test("a snapshot that expires between pages is fetched again as one list", async () => {
    const { client, lines } = setUp((request) => {
      if (request.query?.continue !== undefined) return failure(410, "Expired");
      return request.query?.limit === undefined
        ? { body: { items: [{}, {}, {}] } }
        : { body: { metadata: { continue: "2" }, items: [{}, {}] } };
    });
    expect(await client.list({ labels: "app=web", pageSize: 2 })).toHaveLength(3);
    expect(lines.at(-1)).toBe("GET /api/v1/namespaces/default/pods?labelSelector=app%3Dweb");
  });

  test("a table is what the server prints", async () => {
    const table = { kind: "Table", apiVersion: "meta.k8s.io/v1", columnDefinitions: [], rows: [] };
    const { client, lines } = setUp((_, index) => ({ body: index < 2 ? table : { kind: "PodList" } }));
    expect(await client.table({ labels: { app: "web" } })).toEqual(table);
    await client.table({ name: "web", includeObject: "None" });
    expect(lines[1]).toBe("GET /api/v1/namespaces/default/pods/web?includeObject=None");
    await expect(client.table()).rejects.toThrow(/does not print/);
  });

  test("an answer that is not JSON is an error that says so", async () => {
    const { client } = setUp(() => ({ body: "<html>" }));
    await expect(client.get("web")).rejects.toMatchObject({ code: "MALFORMED_RESPONSE" });
  });
});

describe("scopes", () => {
  test("handles are immutable, and options override them", async () => {
    const { client, lines } = setUp(() => ({ body: { items: [] } }));
    await client.in("a").list();
    await client.everywhere.list();
    await client.list({ namespace: "b" });
    await client.list({ namespace: "*" });
    await client.list();
    expect(lines.map((line) => line.split("?")[0])).toEqual([
      "GET /api/v1/namespaces/a/pods",
      "GET /api/v1/pods",
      "GET /api/v1/namespaces/b/pods",
      "GET /api/v1/pods",
      "GET /api/v1/namespaces/default/pods",
    ]);
  });

  test("one object cannot be addressed everywhere", async () => {
    const { client } = setUp();
    await expect(client.everywhere.get("web")).rejects.toThrow(/one object has one namespace/);
    await expect(client.everywhere.deleteAll({})).rejects.toThrow(/deletes by namespace/);
  });

  test("an object's namespace wins over the context's and must agree with a chosen one", async () => {
    const { client, lines } = setUp();
    const pod = { metadata: { name: "web", namespace: "a" } };
    await client.create(pod);
    await client.everywhere.replace(pod);
    expect(lines).toEqual([
      "POST /api/v1/namespaces/a/pods?fieldManager=kubescript",
      "PUT /api/v1/namespaces/a/pods/web?fieldManager=kubescript",
    ]);
    await expect(client.in("b").create(pod)).rejects.toThrow(/in namespace "b": the object says namespace "a"/);
  });

  test("a cluster-scoped resource has no namespace", async () => {
    const { client, lines } = setUp(undefined, { resource: NODES });
    await client.in("a").get("n1");
    expect(lines).toEqual(["GET /api/v1/nodes/n1"]);
    await expect(client.create({ metadata: { name: "n1", namespace: "a" } })).rejects.toThrow(
      /a Node has no namespace/,
    );
  });

  test("a resource may be looked up on first use, again after a failure", async () => {
    let calls = 0;
    const resource = async (): Promise<ApiResource> => {
      calls += 1;
      if (calls === 1) throw new Error("away");
      return PODS;
    };
    const { client } = setUp(undefined, { resource });
    await expect(client.get("web")).rejects.toThrow("away");
    await client.get("web");
  });
});

describe("writing", () => {
  test("apiVersion, kind and namespace may be left out, and must not contradict the helper", async () => {
    const { client, requests } = setUp(undefined, { resource: DEPLOYMENTS });
    await client.create({ metadata: { name: "web" } });
    expect(body(requests[0])).toEqual({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace: "default" },
    });
    await expect(client.create({ kind: "Pod", metadata: { name: "web" } })).rejects.toThrow(
      /apps\/v1, kind Pod as one of deployments\.apps: it takes apps\/v1, kind Deployment/,
    );
    await expect(client.replace({ metadata: {} })).rejects.toThrow(/no metadata\.name/);
  });

  test("a dry-run handle only tries every write", async () => {
    const { client, lines } = setUp();
    const pods = client.dryRun();
    await pods.create({ metadata: { name: "web" } });
    await pods.patch("web", {});
    await pods.apply({ metadata: { name: "web" } });
    await pods.delete("web", { wait: true });
    await pods.scale("web", 2);
    await pods.status.patch("web", {});
    expect(lines.every((line) => line.includes("dryRun=All"))).toBe(true);
    expect(lines).toHaveLength(6);
  });

  test("an apply conflict names the fields, their managers and the three ways out", async () => {
    const causes = [
      { reason: "FieldManagerConflict", message: 'conflict with "kubectl" using apps/v1', field: ".spec.replicas" },
      {
        reason: "FieldManagerConflict",
        message: 'conflict with "hpa" with subresource "scale" using apps/v1',
        field: ".spec.x",
      },
    ];
    const { client } = setUp(() => failure(409, "Conflict", { details: { causes } }), { resource: DEPLOYMENTS });
    await expect(client.apply({ metadata: { name: "web" } })).rejects.toMatchObject({
      code: "CONFLICT",
      message:
        'Cannot apply deployments.apps "web": it sets 2 fields that others own\n  .spec.replicas: owned by "kubectl" (apps/v1)\n  .spec.x: owned by "hpa" (apps/v1, through scale)',
      hint: expect.stringMatching(/force: true.*leave them out.*the value they have/),
    });
  });

  test("an apply over what kubectl apply made says how to come from it for good", async () => {
    const causes = [
      {
        reason: "FieldManagerConflict",
        message: 'conflict with "kubectl-client-side-apply" using apps/v1',
        field: ".spec.replicas",
      },
    ];
    const { client } = setUp(() => failure(409, "Conflict", { details: { causes } }), { resource: DEPLOYMENTS });
    await expect(client.apply({ metadata: { name: "web" } }, { fieldManager: "ops" })).rejects.toMatchObject({
      hint: expect.stringContaining("kubectl apply --server-side --force-conflicts --field-manager=ops -f …"),
    });
  });

  test("what was read can be applied: who owned its fields is left out", async () => {
    const { client, requests } = setUp(() => ({ body: {} }), { resource: DEPLOYMENTS });
    const managedFields = [{ manager: "other" }];
    const read = { metadata: { name: "web", uid: "u", managedFields } };
    await client.apply(read);
    expect(JSON.parse(String(requests[0]?.body)).metadata).toEqual({ name: "web", uid: "u", namespace: "default" });
    expect(read.metadata.managedFields).toBe(managedFields);
  });

  test("edit reads again on a conflict, five times at most, with growing pauses", async () => {
    let version = 0;
    const { client, lines, timing, requests } = setUp((request) => {
      if (request.method === "GET")
        return { body: { metadata: { name: "web", resourceVersion: String(++version) }, n: 0 } };
      return version < 3 ? failure(409, "Conflict") : { body: JSON.parse(String(request.body)) };
    });
    const edited = await client.edit("web", (pod) => {
      pod.n = 5;
      return undefined;
    });
    expect(edited).toMatchObject({ n: 5, metadata: { resourceVersion: "3" } });
    expect(lines.map((line) => line.split(" ")[0])).toEqual(["GET", "PUT", "GET", "PUT", "GET", "PUT"]);
    expect(timing.sleeps).toEqual([10, 20]);
    expect(body(requests[1]).metadata?.resourceVersion).toBe("1");
    version = Number.NEGATIVE_INFINITY;
    await expect(client.edit("web", () => ({ metadata: { name: "web" }, n: 1 }))).rejects.toMatchObject({
      code: "CONFLICT",
    });
    expect(lines).toHaveLength(6 + 10);
  });

  test("an edit that changes nothing writes nothing", async () => {
    const { client, lines } = setUp(() => ({ body: { metadata: { name: "web" } } }));
    await client.edit("web", (pod) => pod);
    expect(lines).toHaveLength(1);
  });

  test("scale reads and sets the sub-resource", async () => {
    const { client, lines, requests } = setUp(() => ({ body: { spec: { replicas: 3 } } }), { resource: DEPLOYMENTS });
    expect((await client.scale("web")).spec?.replicas).toBe(3);
    await client.scale("web", 5);
    expect(lines[1]).toBe("PATCH /apis/apps/v1/namespaces/default/deployments/web/scale?fieldManager=kubescript");
    expect(body(requests[1])).toEqual({ spec: { replicas: 5 } });
    await expect(client.scale("web", -1)).rejects.toThrow(/whole number/);
  });

  test("sub-resources are read, replaced and created", async () => {
    const { client, lines } = setUp();
    await client.status.get("web");
    await client.status.replace({ metadata: { name: "web" } });
    await client.subresource("eviction").create("web", {});
    expect(lines.map((line) => line.split("?")[0])).toEqual([
      "GET /api/v1/namespaces/default/pods/web/status",
      "PUT /api/v1/namespaces/default/pods/web/status",
      "POST /api/v1/namespaces/default/pods/web/eviction",
    ]);
  });

  test("deleteAll takes selectors and gives what was deleted", async () => {
    const { client, lines } = setUp(() => ({ body: { kind: "PodList", items: [{ metadata: { name: "a" } }] } }));
    expect(await client.deleteAll({ labels: { app: "web" } })).toHaveLength(1);
    expect(lines).toEqual(["DELETE /api/v1/namespaces/default/pods?labelSelector=app%3Dweb"]);
  });
});

describe("what was never set", () => {
  const never = undefined as unknown as string;

  test("is no name: one object's request never becomes the collection's", async () => {
    const { client, lines } = setUp();
    for (const call of [
      () => client.delete(never),
      () => client.get(never),
      () => client.patch(never, {}),
      () => client.status.get(never),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: "INVALID_INPUT" });
    }
    expect(lines).toEqual([]);
  });

  test("is no namespace", () => {
    const { client } = setUp();
    expect(() => client.in(never)).toThrow("Cannot go over to a namespace: its name is undefined, not a text");
  });

  test("is no object", async () => {
    const { client } = setUp();
    await expect(client.create(undefined as never)).rejects.toThrow(
      "Cannot create one of pods: it is undefined, not an object",
    );
  });

  test.each([
    [undefined, "nothing says which"],
    [{ labels: undefined }, 'the option "labels" is undefined'],
    [{ labels: { app: undefined } }, 'Cannot select by "app": its value is undefined'],
    [{ label: "app=web" }, 'there is no option "label"'],
    [{ name: "web" }, 'there is no option "name"'],
  ])("does not let deleteAll(%j) delete everything", async (options, told) => {
    const { client, lines } = setUp();
    await expect(client.deleteAll(options as never)).rejects.toThrow(told);
    expect(lines).toEqual([]);
  });

  test("a selector under another tool's name is refused, not ignored", async () => {
    const { client, lines } = setUp();
    await expect(client.list({ labelSelector: "app=web" } as never)).rejects.toMatchObject({
      hint: 'The option is "labels".',
    });
    expect(lines).toEqual([]);
  });
});

test("a handle shows what it is, and nothing of what it holds", () => {
  const { client } = setUp();
  expect(inspect(client.everywhere)).toBe("ResourceClient pods in all namespaces");
  expect(JSON.parse(JSON.stringify(client))).toEqual({ resource: "pods", namespace: "default" });
  expect(inspect(setUp(undefined, { resource: NODES }).client.dryRun())).toBe("ResourceClient nodes, dry run");
});
