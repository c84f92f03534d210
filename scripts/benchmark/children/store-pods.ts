/** Creates pods and lists them in process, measured; needs --expose-gc: COUNT */
import { createSandbox } from "../../../src/sandbox/index.ts";
import { pod } from "./pod.ts";
import { report } from "./report.ts";

const count = Number(process.argv[2]);
const admin = { username: "admin", groups: ["system:masters"] };
const sandbox = createSandbox({ controllers: false, staticTokens: new Map([["admin", admin]]) });
const path = "https://sandbox/api/v1/namespaces/default/pods";
const headers = { authorization: "Bearer admin", "content-type": "application/json" };

async function ask(init: RequestInit = {}): Promise<string> {
  const answer = await sandbox.handle(new Request(path, { ...init, headers }));
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

function held(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

sandbox.registry.create("serviceaccounts", "default", { metadata: { name: "default" } }, { manager: "benchmark" });
await ask({ method: "POST", body: JSON.stringify(pod(count)) });
const before = held();
const figures: Record<string, number> = {};
await report(
  async () => {
    for (let index = 0; index < count; index += 1) await ask({ method: "POST", body: JSON.stringify(pod(index)) });
    figures.bytesPerPod = (held() - before) / count;
    figures.firstListMs = await timed(() => ask());
    figures.listMs = await timed(() => ask());
    figures.bytesPerListedPod = (held() - before) / count;
    const items = sandbox.registry.list("pods");
    figures.stringifyMs = await timed(() => JSON.stringify({ kind: "PodList", apiVersion: "v1", metadata: {}, items }));
    return count;
  },
  () => figures,
);
