/** Creates so many pods over one connection, measured: KUBECONFIG COUNT */
import { barePool } from "./bare.ts";
import { pod } from "./pod.ts";
import { report } from "./report.ts";

const [, , kubeconfig = "", count = ""] = process.argv;
/** Requests that are under way at once on the connection, so that client and server work side by side. */
const PIPELINED = 4;
const pool = barePool(kubeconfig, { connections: 1, pipelining: PIPELINED });
let stored = 0;

async function create(index: number): Promise<void> {
  const { statusCode, body } = await pool.request({
    method: "POST",
    path: "/api/v1/namespaces/default/pods",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(pod(index)),
    // undici pipelines only what it is told may be sent again
    idempotent: true,
    blocking: false,
  });
  const text = await body.text();
  if (statusCode !== 201) throw new Error(text);
  stored = text.length;
}

await create(Number(count));
let next = 0;
await report(
  async () => {
    const worker = async (): Promise<void> => {
      while (next < Number(count)) {
        const index = next;
        next += 1;
        await create(index);
      }
    };
    await Promise.all(Array.from({ length: PIPELINED }, worker));
    return Number(count);
  },
  () => ({ storedBytes: stored }),
);
process.exit(0);
