import { beforeEach, describe, expect, it } from "vitest";
import { type TestServer, testServer } from "./server.ts";

const PATH = "/api/v1/namespaces/default/configmaps";
const OPTIONS = { manager: "test" };
let server: TestServer;

beforeEach(() => {
  server = testServer();
});

function create(name: string, labels: Record<string, string> = {}, namespace = "default"): void {
  server.sandbox.registry.create("configmaps", namespace, { metadata: { name, labels } }, OPTIONS);
}

function label(name: string, labels: Record<string, string>): void {
  const change = { metadata: { name, namespace: "default", labels } };
  server.sandbox.registry.modify("configmaps", "default", name, (live) => ({ ...live, ...change }), OPTIONS);
}

describe("a watch", () => {
  it("sees an object enter its selection as ADDED and leave it as DELETED, as it last was", async () => {
    create("a", { app: "web" });
    const watch = await server.watch(
      `${PATH}?watch=true&labelSelector=app=web&resourceVersion=${server.sandbox.store.revision}`,
    );
    label("a", { app: "db" });
    label("a", { app: "web" });
    label("a", { app: "web", more: "yes" });
    const events = await watch.events();
    expect(events.map(({ type, object }) => [type, object.metadata.labels])).toEqual([
      ["DELETED", { app: "web" }],
      ["ADDED", { app: "web" }],
      ["MODIFIED", { app: "web", more: "yes" }],
    ]);
    const versions = events.map(({ object }) => Number(object.metadata.resourceVersion));
    expect(versions).toEqual([...versions].sort((x, y) => x - y));
  });

  it("hears nothing of other namespaces", async () => {
    const watch = await server.watch(`${PATH}?watch=true`);
    create("elsewhere", {}, "kube-public");
    create("here");
    expect((await watch.events()).map(({ object }) => object.metadata.name)).toEqual(["here"]);
  });

  it("closes its initial state with an annotated bookmark", async () => {
    create("a");
    const query = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    const watch = await server.watch(`${PATH}?${query}`);
    expect(await watch.events()).toMatchObject([
      { type: "ADDED", object: { metadata: { name: "a" } } },
      {
        type: "BOOKMARK",
        object: {
          kind: "ConfigMap",
          metadata: {
            resourceVersion: String(server.sandbox.store.revision),
            annotations: { "k8s.io/initial-events-end": "true" },
          },
        },
      },
    ]);
  });

  it("is told of newer versions by bookmarks, once a minute", async () => {
    const watch = await server.watch(`${PATH}?watch=true&allowWatchBookmarks=true`);
    create("elsewhere", {}, "kube-public");
    server.clock.advance(60_000);
    const [bookmark] = await watch.events();
    expect(bookmark).toMatchObject({
      type: "BOOKMARK",
      object: { metadata: { resourceVersion: String(server.sandbox.store.revision) } },
    });
  });

  it("from before the history's reach ends with an ERROR event of 410", async () => {
    create("a");
    const from = server.sandbox.store.revision;
    create("b");
    server.sandbox.store.compact();
    const watch = await server.watch(`${PATH}?watch=true&resourceVersion=${from}`);
    expect(await watch.events()).toMatchObject([{ type: "ERROR", object: { code: 410, reason: "Expired" } }]);
    expect(watch.ended()).toBe(true);
  });

  it("ends when its time is up", async () => {
    const watch = await server.watch(`${PATH}?watch=true&timeoutSeconds=5`);
    server.clock.advance(4_999);
    expect(await watch.events()).toEqual([]);
    expect(watch.ended()).toBe(false);
    server.clock.advance(1);
    await watch.events();
    expect(watch.ended()).toBe(true);
  });

  it("brings a Table's columns with its first row only", async () => {
    const watch = await server.watch(`${PATH}?watch=true`, {
      accept: "application/json;as=Table;v=v1;g=meta.k8s.io",
    });
    create("a");
    create("b");
    const tables = (await watch.events()).map(({ object }) => object.columnDefinitions);
    expect(tables).toEqual([expect.any(Array), null]);
  });
});
