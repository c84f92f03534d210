import { createRequire } from "node:module";
import path from "node:path";
import type { Benchmark } from "../benchmark.ts";
import { type Measured, median, ratio, round, type Workshop } from "./workshop.ts";

const PODS = 10_000;
const EVENTS = 60_000;

/** Lists, gets and watches against undici and JSON.parse alone, kubectl, and the official JavaScript client. */
export const benchmark: Benchmark = {
  async run(workshop) {
    const pods = await workshop.serve({ pods: PODS });
    const peer = clientNode(workshop);
    for (const task of ["list", "gets"] as const) {
      const run = (client: string) => (): Promise<Measured> =>
        workshop.measure("client-task", [client, task, pods.kubeconfig, workshop.peers ?? ""]);
      const { kubescript, bare } = await workshop.compare({ kubescript: run("kubescript"), bare: run("bare") });
      const what = task === "list" ? `list of ${round(kubescript.count)} pods` : "500 gets, 32 at a time";
      compareRow(workshop, what, kubescript, bare, "1.1×");
      if (!peer) continue;
      try {
        const { official } = await workshop.compare({ official: run("client-node") });
        compareRow(workshop, "  against @kubernetes/client-node", kubescript, official, "below 1×");
      } catch (error) {
        // its newest versions need a newer Node
        workshop.note(`@kubernetes/client-node is not measured: ${error instanceof Error ? error.message : error}`);
      }
    }
    await kubectl(workshop, pods.kubeconfig);
    await pods.stop();

    const events = await workshop.serve({ configMaps: EVENTS });
    const watch = (client: string) => (): Promise<Measured> =>
      workshop.measure("client-task", [client, "watch", events.kubeconfig]);
    const { kubescript, bare } = await workshop.compare({ kubescript: watch("kubescript"), bare: watch("bare") });
    compareRow(workshop, `watch of ${round(kubescript.count)} events`, kubescript, bare, "1.1×");
    await events.stop();
  },
};

function compareRow(workshop: Workshop, what: string, ours: Measured, base: Measured, aim: string): void {
  const figures = (["ms", "cpuMs", "peakMb"] as const).map((figure) => ratio(ours, base, figure));
  workshop.row(what, figures.join(", "), aim);
  if (ours.count !== base.count) workshop.note(`they differ: ${ours.count} against ${base.count}`);
}

/** Whether the official client is there; says how to get it where it is not. */
function clientNode({ peers, note }: Workshop): boolean {
  if (peers === undefined) {
    note("@kubernetes/client-node: npm install --prefix DIR @kubernetes/client-node, then --peers DIR");
    return false;
  }
  try {
    createRequire(path.join(peers, "package.json")).resolve("@kubernetes/client-node");
    return true;
  } catch {
    note(`@kubernetes/client-node is not in ${peers}: npm install --prefix ${peers} @kubernetes/client-node`);
    return false;
  }
}

async function kubectl(workshop: Workshop, kubeconfig: string): Promise<void> {
  const args = ["--kubeconfig", kubeconfig, "get", "pods", "-o", "json"];
  const times: number[] = [];
  try {
    for (let count = 0; count < workshop.rounds; count += 1) times.push(await workshop.time("kubectl", args));
  } catch (error) {
    workshop.note(`kubectl is not measured: ${error instanceof Error ? error.message : error}`);
    return;
  }
  workshop.row("kubectl get pods -o json, the same pods", `${round(median(times))} ms from start to exit`);
}
