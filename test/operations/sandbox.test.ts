import { afterEach, beforeEach, expect, test } from "vitest";
import type { ApiRequest } from "../../src/core/request.ts";
import { Discovery } from "../../src/discovery/discovery.ts";
import { explain } from "../../src/discovery/explain.ts";
import { OpenApiDocuments } from "../../src/discovery/openapi.ts";
import { ResourceHelper } from "../../src/operations/resource-helper.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { handlerTransport } from "../../src/transport/handler-transport.ts";
import type { Transport } from "../../src/transport/transport.ts";
import type { Deployment } from "../../src/types/apps-v1.ts";
import type { ConfigMap, Pod } from "../../src/types/core-v1.ts";

/** The whole client against the embedded API server, in process. */
let sandbox: Sandbox;
let transport: Transport;
let discovery: Discovery;

beforeEach(() => {
  sandbox = createSandbox({ staticTokens: new Map([["t", { username: "admin", groups: ["system:masters"] }]]) });
  const inner = handlerTransport((request) => sandbox.handle(request, {}));
  const withToken = <R extends Pick<ApiRequest, "headers">>(request: R): R => ({
    ...request,
    headers: { ...request.headers, authorization: "Bearer t" },
  });
  transport = {
    send: (request, options) => inner.send(withToken(request), options),
    stream: (request, options) => inner.stream(withToken(request), options),
    open: (request, options) => inner.open(withToken(request), options),
    upgrade: (request, options) => inner.upgrade(withToken(request), options),
    close: () => inner.close(),
  };
  discovery = new Discovery(transport);
});

afterEach(async () => {
  await transport.close();
  sandbox.close();
});

async function helper<T extends object>(name: string): Promise<ResourceHelper<T>> {
  const scope = { type: "namespace", namespace: "default", chosen: false } as const;
  return new ResourceHelper<T>({ transport, resource: await discovery.resolve(name), scope });
}

const labels = { app: "web" };
const web: Deployment = {
  metadata: { name: "web" },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "nginx" }] } },
  },
};

test("a deployment is applied, rolls out, is scaled, printed and deleted with its pods", async () => {
  const deployments = await helper<Deployment>("deploy");
  const pods = await helper<Pod>("pods");
  await deployments.apply(web);
  await deployments.wait("web", "rollout", { timeoutMs: 15_000 });
  expect(await pods.list({ labels })).toHaveLength(2);
  await deployments.scale("web", 3);
  await deployments.wait("web", (live) => live?.status?.readyReplicas === 3, { timeoutMs: 15_000 });
  const table = await deployments.table();
  expect(table.columnDefinitions.map(({ name }) => name).slice(0, 2)).toEqual(["Name", "Ready"]);
  expect(table.rows[0]?.cells.slice(0, 2)).toEqual(["web", "3/3"]);
  await deployments.delete("web", { wait: true, timeoutMs: 15_000, propagationPolicy: "Foreground" });
  expect(await deployments.find("web")).toBeUndefined();
});

test.each(["stream", "list"] as const)("a cache that begins with a %s follows every change", async (initial) => {
  const configMaps = (await helper<ConfigMap>("cm")).in("default");
  for (const name of ["a", "b", "c"]) await configMaps.create({ metadata: { name }, data: { n: "1" } });
  await using cache = await configMaps.cache({ initial, pageSize: 2, fields: "metadata.name!=kube-root-ca.crt" });
  const names = (): (string | undefined)[] =>
    cache
      .list()
      .map(({ metadata }) => metadata?.name)
      .sort();
  expect(names()).toEqual(["a", "b", "c"]);
  const changes = cache.changes();
  await configMaps.patch("a", { data: { n: "2" } });
  expect(await changes.next()).toMatchObject({ value: { type: "MODIFIED", object: { data: { n: "2" } } } });
  await configMaps.deleteAll({ fields: "metadata.name=b" });
  expect(await changes.next()).toMatchObject({ value: { type: "DELETED", object: { metadata: { name: "b" } } } });
  expect(names()).toEqual(["a", "c"]);
});

test("a conflicting apply names the other manager, and force takes the field", async () => {
  const configMaps = await helper<ConfigMap>("cm");
  await configMaps.apply({ metadata: { name: "a" }, data: { n: "1" } }, { fieldManager: "other" });
  await expect(configMaps.apply({ metadata: { name: "a" }, data: { n: "2" } })).rejects.toThrow(
    /\.data\.n: owned by "other"/,
  );
  expect((await configMaps.apply({ metadata: { name: "a" }, data: { n: "2" } }, { force: true })).data).toEqual({
    n: "2",
  });
});

test("an edit that meets another's write is made again", async () => {
  const configMaps = await helper<ConfigMap>("cm");
  await configMaps.create({ metadata: { name: "a" }, data: { n: "0" } });
  await Promise.all(
    Array.from({ length: 3 }, () =>
      configMaps.edit("a", (one) => ({ ...one, data: { n: String(Number(one.data?.n) + 1) } })),
    ),
  );
  expect((await configMaps.get("a")).data?.n).toBe("3");
});

test("a dry run stores nothing", async () => {
  const configMaps = await helper<ConfigMap>("cm");
  await configMaps.dryRun().create({ metadata: { name: "a" } });
  expect(await configMaps.find("a")).toBeUndefined();
});

test("a definition made meanwhile is discovered, and its objects are served and explained", async () => {
  const definitions = await helper("crd");
  await definitions.create({
    metadata: { name: "widgets.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "widgets", singular: "widget", kind: "Widget", shortNames: ["wd"] },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: "object",
              properties: { spec: { type: "object", properties: { size: { type: "integer" } } } },
            },
          },
        },
      ],
    },
  } as object);
  await definitions.wait("widgets.example.com", "condition=Established", { timeoutMs: 15_000 });
  const widgets = await helper<{ spec?: { size?: number } }>("wd");
  await widgets.create({ metadata: { name: "w" }, spec: { size: 3 } } as object);
  expect((await widgets.get("w")).spec?.size).toBe(3);
  const explanation = await explain(discovery, new OpenApiDocuments(transport), "widgets.example.com.spec");
  expect(explanation.fields).toMatchObject([{ name: "size", type: "integer" }]);
});
