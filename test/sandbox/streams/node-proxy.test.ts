import { afterEach, beforeEach, expect, test } from "vitest";
import { createSandbox, type ManualClock, manualClock, type Sandbox } from "../../../src/sandbox/index.ts";

const PEER = { certificate: { commonName: "admin", organizations: ["system:masters"], sha256: "a".repeat(64) } };
const NODES = "https://sandbox/api/v1/nodes";

let clock: ManualClock;
let sandbox: Sandbox;

beforeEach(() => {
  clock = manualClock(Date.parse("2026-11-21T01:00:00Z"));
  sandbox = createSandbox({ clock, addons: false, nodes: [{ name: "node0" }, { name: "node1" }] });
  clock.advance(1000);
  for (const node of ["node0", "node1"]) {
    const containers = [{ name: "main", image: "busybox:1", command: ["sh", "-c", "echo hello; sleep 3600"] }];
    const resources = { requests: { cpu: "200m", memory: "64Mi" } };
    const spec = { nodeName: node, containers: containers.map((one) => ({ ...one, resources })) };
    sandbox.registry.create("pods", "default", { metadata: { name: `on-${node}` }, spec }, { manager: "test" });
  }
  clock.advance(10_000);
});
afterEach(() => sandbox.close());

const ask = async (path: string, init: RequestInit = {}): Promise<Response> =>
  sandbox.handle(new Request(`${NODES}/${path}`, init), PEER);

async function refusal(path: string): Promise<string> {
  const { code, message } = (await (await ask(path)).json()) as { code: number; message: string };
  return `${code} ${message}`;
}

test.each(["node0", "node0:10250", "https:node0:", "https:node0:10250"])("%s is the node's kubelet", async (name) => {
  const answer = await ask(`${name}/proxy/healthz`);
  expect([answer.status, await answer.text()]).toEqual([200, "ok"]);
});

test("the kubelet has the pods of its node", async () => {
  const list = (await (await ask("node0/proxy/pods/")).json()) as { items: unknown[] };
  expect(list).toMatchObject({ kind: "PodList", apiVersion: "v1" });
  expect(list.items).toEqual([
    expect.objectContaining({ metadata: expect.objectContaining({ name: "on-node0" }), status: expect.anything() }),
  ]);
  expect(list.items[0]).not.toHaveProperty("kind");
});

test("its summary has the figures of kubectl top", async () => {
  const usage = { cpu: { usageNanoCores: 100_000_000 }, memory: { workingSetBytes: 32 * 2 ** 20 } };
  expect(await (await ask("node0/proxy/stats/summary")).json()).toMatchObject({
    node: {
      nodeName: "node0",
      cpu: { time: "2026-11-21T01:00:11Z", usageNanoCores: 150_000_000 },
      memory: { workingSetBytes: 288 * 2 ** 20 },
    },
    pods: [
      {
        podRef: { name: "on-node0", namespace: "default", uid: expect.any(String) },
        containers: [{ name: "main", startTime: expect.stringMatching(/^2026-11-21T01:00:/), ...usage }],
        ...usage,
      },
    ],
  });
});

test("its containers' logs are those of its own pods", async () => {
  const log = (path: string): Promise<string> => ask(`node0/proxy/containerLogs/${path}`).then((one) => one.text());
  expect(await log("default/on-node0/main?tailLines=1")).toBe("hello\n");
  expect(await log("default/on-node1/main")).toBe('pod "on-node1" does not exist\n');
  expect(await log("default/on-node0/side")).toBe('container "side" not found in pod "on-node0"\n');
});

test("what it has not, who it is not, and a node that nobody hears from are told apart", async () => {
  expect(await refusal("node0/proxy/configz")).toMatch(/^501 the kubelets of this server have no \/configz, only /);
  expect(await refusal("none/proxy/healthz")).toBe('404 nodes "none" not found');
  expect(await refusal("node0:9100/proxy/metrics")).toMatch(
    /^503 .*dial tcp 10\.\S+:9100: connect: connection refused$/,
  );
  sandbox.registry.create("nodes", "", { metadata: { name: "nowhere" } }, { manager: "test" });
  expect(await refusal("nowhere/proxy/healthz")).toBe("500 no preferred addresses found; known addresses: []");
  const labels = { "kubernetes.io/hostname": "silent" };
  sandbox.registry.create("nodes", "", { metadata: { name: "silent", labels } }, { manager: "test" });
  expect(await refusal("silent/proxy/healthz")).toMatch(/^503 error trying to reach service: dial tcp silent:10250: /);
  expect((await ask("node0/proxy/pods", { method: "POST" })).status).toBe(405);
});

test("a read without the last slash is led to it", async () => {
  const answer = await ask("node0/proxy?a=1");
  expect([answer.status, answer.headers.get("location")]).toEqual([301, "/api/v1/nodes/node0/proxy/?a=1"]);
  expect((await ask("node0/proxy", { method: "POST" })).status).toBe(501);
});
