import { describe, expect, test } from "vitest";
import type { ApiResource } from "../../src/core/resource.ts";
import { Discovery } from "../../src/discovery/discovery.ts";
import { RecordedServer } from "./recorded-server.ts";

const key = ({ group, version, name }: ApiResource): string => `${group}/${version}/${name}`;

describe("discovery", () => {
  test("reads the aggregated form in two requests and keeps it", async () => {
    const server = new RecordedServer();
    const discovery = new Discovery(server);
    await Promise.all([discovery.resolve("deploy"), discovery.versions()]);
    expect(await discovery.resolve("po")).toMatchObject({
      group: "",
      version: "v1",
      name: "pods",
      kind: "Pod",
      namespaced: true,
    });
    expect(server.paths.sort()).toEqual(["/api", "/apis"]);
  });

  test("the plain form, walked group by group, says the same", async () => {
    const server = new RecordedServer();
    const plain = new RecordedServer();
    plain.aggregated = false;
    const sorted = (all: ApiResource[]): unknown[] =>
      all
        .map((one) => ({ ...one, subresources: [...one.subresources].sort() }))
        .sort((a, b) => (key(a) < key(b) ? -1 : 1));
    const filter = { preferred: false };
    expect(sorted(await new Discovery(plain).resources(filter))).toEqual(
      sorted(await new Discovery(server).resources(filter)),
    );
  });

  test("prefers each group's preferred version and can name another", async () => {
    const discovery = new Discovery(new RecordedServer());
    expect((await discovery.resolve("hpa")).version).toBe("v2");
    expect((await discovery.resolve("hpa.v1.autoscaling")).version).toBe("v1");
    expect((await discovery.resolve("events")).group).toBe("");
    expect((await discovery.resolve("events.events.k8s.io")).group).toBe("events.k8s.io");
    expect((await discovery.resolveKind("autoscaling/v1", "HorizontalPodAutoscaler")).version).toBe("v1");
    const autoscalers = (await discovery.resources({ group: "autoscaling" })).map(({ version }) => version);
    expect(autoscalers).toEqual(["v2"]);
  });

  test("filters by scope, verbs and category", async () => {
    const discovery = new Discovery(new RecordedServer());
    const names = (await discovery.resources({ category: "all", namespaced: true, verbs: ["list", "delete"] })).map(
      ({ name }) => name,
    );
    expect(names).toContain("deployments");
    expect(names).not.toContain("configmaps");
    expect(await discovery.versions()).toEqual(expect.arrayContaining(["v1", "apps/v1", "autoscaling/v2"]));
  });

  test("an unknown name makes it look once more, and finds what was made meanwhile", async () => {
    const server = new RecordedServer();
    const discovery = new Discovery(server);
    await discovery.resolve("pods");
    const before = server.paths.length;
    const widgets = {
      metadata: { name: "example.com" },
      versions: [
        {
          version: "v1",
          resources: [{ resource: "widgets", responseKind: { kind: "Widget" }, scope: "Namespaced", verbs: ["list"] }],
        },
      ],
    };
    server.answers["/apis"] = { status: 200, body: { kind: "APIGroupDiscoveryList", items: [widgets] } };
    expect((await discovery.resolve("widget")).group).toBe("example.com");
    await expect(discovery.resolve("gadgets")).rejects.toMatchObject({
      code: "UNKNOWN_RESOURCE",
      hint: 'Did you mean "widgets"?',
    });
    expect(server.paths.length - before).toBe(4);
  });

  test("a group that fails is noted, and named when a name is not found", async () => {
    const server = new RecordedServer({
      "/apis/apps/v1": { status: 503, body: { kind: "Status", code: 503, message: "the backend is away" } },
    });
    server.aggregated = false;
    const discovery = new Discovery(server);
    expect((await discovery.snapshot()).failures).toEqual([
      { groupVersion: "apps/v1", reason: expect.stringContaining("the backend is away") },
    ]);
    expect((await discovery.resolve("jobs")).group).toBe("batch");
    await expect(discovery.resolve("deployments")).rejects.toThrow(/apps\/v1 could not be read/);
  });

  test("a failed look is not kept", async () => {
    const server = new RecordedServer({ "/api": { status: 503, body: { kind: "Status", code: 503 } } });
    const discovery = new Discovery(server);
    await expect(discovery.resolve("pods")).rejects.toMatchObject({ httpStatus: 503 });
    delete server.answers["/api"];
    expect((await discovery.resolve("pods")).name).toBe("pods");
  });

  test("one caller's abort does not end the look that others wait for", async () => {
    const discovery = new Discovery(new RecordedServer());
    const signal = AbortSignal.abort();
    const [aborted, other] = await Promise.allSettled([
      discovery.resolve("pods", { signal }),
      discovery.resolve("pods"),
    ]);
    expect(aborted).toMatchObject({ status: "rejected", reason: { code: "ABORTED" } });
    expect(other.status).toBe("fulfilled");
  });
});
