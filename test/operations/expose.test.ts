import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExposeOptions } from "../../src/operations/expose/expose.ts";
import type { ResourceHelper } from "../../src/operations/resource-helper.ts";
import type { Service } from "../../src/types/core-v1.ts";
import { type SandboxResources, sandboxResources } from "../support/sandbox-resources.ts";

let cluster: SandboxResources;

beforeAll(async () => {
  cluster = sandboxResources();
  const ports = [{ containerPort: 80 }, { containerPort: 53, protocol: "TCP", name: "a" }];
  const more = [{ containerPort: 53, protocol: "UDP", name: "b" }];
  const template = (labels: object, containers: object[]): object => ({ metadata: { labels }, spec: { containers } });
  const web = template({ app: "web", extra: "1" }, [
    { name: "web", image: "nginx", ports: [...ports, ...more] },
    { name: "side", image: "nginx", ports: [{ containerPort: 9000, protocol: "UDP" }] },
  ]);
  const bare = template({ app: "bare" }, [{ name: "bare", image: "nginx" }]);
  const expressions = { matchExpressions: [{ key: "app", operator: "In", values: ["bare"] }] };
  for (const [name, selector, pods] of [
    ["web", { matchLabels: { app: "web" } }, web],
    ["bare", expressions, bare],
  ] as const) {
    const labels = { app: name, tier: "front" };
    await cluster
      .resources("deployments")
      .create({ metadata: { name, labels }, spec: { selector, template: pods } } as never);
  }
});

afterAll(() => cluster.close());

function helper(name: string): ResourceHelper {
  return cluster.resources(name) as unknown as ResourceHelper;
}

/** What the server is asked to store, by a dry run: nothing is left behind. */
async function exposed(name: string, options: ExposeOptions): Promise<Service> {
  return helper("deployments").expose(name, { ...options, dryRun: true });
}

/** kubectl 1.35's own answers. */
const CASES: readonly (readonly [string, string, ExposeOptions, object[]])[] = [
  [
    "expose deploy web",
    "web",
    {},
    [
      { name: "port-1", protocol: "TCP", port: 80, targetPort: 80 },
      { name: "port-2-tcp", protocol: "TCP", port: 53, targetPort: 53 },
      { name: "port-2-udp", protocol: "UDP", port: 53, targetPort: 53 },
      { name: "port-3", protocol: "UDP", port: 9000, targetPort: 9000 },
    ],
  ],
  ["expose deploy web --port=80", "web", { port: 80 }, [{ protocol: "TCP", port: 80, targetPort: 80 }]],
  [
    "expose deploy web --port=80,443 --target-port=http",
    "web",
    { port: "80,443", targetPort: "http" },
    [
      { name: "port-1", protocol: "TCP", port: 80, targetPort: "http" },
      { name: "port-2", protocol: "TCP", port: 443, targetPort: "http" },
    ],
  ],
  [
    "expose deploy web --port=53",
    "web",
    { port: 53 },
    [
      { name: "port-1-tcp", protocol: "TCP", port: 53, targetPort: 53 },
      { name: "port-1-udp", protocol: "UDP", port: 53, targetPort: 53 },
    ],
  ],
  [
    "expose deploy web --port=9000 --protocol=TCP",
    "web",
    { port: 9000, protocol: "TCP" },
    [{ protocol: "TCP", port: 9000, targetPort: 9000 }],
  ],
  [
    "expose deploy web --port=1234 --target-port=9000",
    "web",
    { port: 1234, targetPort: 9000 },
    [{ protocol: "TCP", port: 1234, targetPort: 9000 }],
  ],
];

test.each(CASES)("kubectl %s", async (_line, name, options, ports) => {
  expect((await exposed(name, options)).spec?.ports).toEqual(ports);
});

test("a service has the labels of what it exposes and chooses its pods", async () => {
  const { metadata, spec } = await exposed("web", { port: 80 });
  expect(metadata).toMatchObject({ name: "web", namespace: "default", labels: { app: "web", tier: "front" } });
  expect(spec?.selector).toEqual({ app: "web" });
  const own = await exposed("web", { port: 80, name: "w2", labels: "a=b", selector: "q=r,s=t", type: "NodePort" });
  expect(own).toMatchObject({
    metadata: { name: "w2", labels: { a: "b" } },
    spec: { selector: { q: "r", s: "t" }, type: "NodePort" },
  });
});

test("a pod is chosen by its labels, a service's selector and ports are taken over", async () => {
  const pods = helper("pods");
  await pods.create({
    metadata: { name: "one", labels: { app: "one" } },
    spec: { containers: [{ name: "c", image: "nginx", ports: [{ containerPort: 81 }] }] },
  } as never);
  expect((await pods.expose("one")).spec).toMatchObject({ selector: { app: "one" }, ports: [{ port: 81 }] });
  const second = await helper("services").expose("one", { name: "two" });
  expect(second.spec).toMatchObject({ selector: { app: "one" }, ports: [{ port: 81 }] });
  await expect(pods.expose("one")).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
});

describe("what cannot be exposed is refused with what is missing", () => {
  const refusals: readonly (readonly [string, string, ExposeOptions])[] = [
    ["its selector has expressions, which a Service cannot have", "bare", { port: 80 }],
    ["its containers name no port", "bare", { selector: "app=bare" }],
    ['selector is "app in (a)"', "web", { selector: "app in (a)" }],
    ["port is 99999", "web", { port: 99_999 }],
    ['targetPort is "a_b"', "web", { port: 80, targetPort: "a_b" }],
  ];
  test.each(refusals)("%s", async (message, name, options) => {
    await expect(exposed(name, options)).rejects.toMatchObject({
      code: "INVALID_INPUT",
      message: expect.stringContaining(message),
    });
  });

  test("a headless service needs no port, and a node has no pods to choose", async () => {
    const { spec } = await exposed("bare", { selector: { app: "bare" }, clusterIP: "None" });
    expect([spec?.clusterIP, spec?.ports]).toEqual(["None", undefined]);
    await expect(helper("nodes").expose("node0")).rejects.toThrow('Cannot expose nodes "node0": it has no pods');
  });
});
