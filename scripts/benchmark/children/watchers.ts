/** Watches one changing object so many times over, measured: KUBECONFIG WATCHERS CHANGES */
import { barePool } from "./bare.ts";
import { report } from "./report.ts";

const [, , kubeconfig = "", watchers = "", changes = ""] = process.argv;
const pool = barePool(kubeconfig);
const path = "/api/v1/namespaces/default/configmaps";
const last = Number(changes);

async function write(method: "POST" | "PUT", target: string, count: number): Promise<void> {
  const { statusCode, body } = await pool.request({
    method,
    path: target,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ metadata: { name: "changing" }, data: { count: String(count) } }),
  });
  await body.dump();
  if (statusCode >= 300) throw new Error(`${method} ${target}: ${statusCode}`);
}

/** Opens a watch; resolves with what counts its changes to the last one. */
async function watch(): Promise<() => Promise<number>> {
  const { body } = await pool.request({
    method: "GET",
    path: `${path}?watch=true&resourceVersion=0&fieldSelector=metadata.name%3Dchanging`,
  });
  const chunks = body[Symbol.asyncIterator]();
  let text = Buffer.from((await chunks.next()).value).toString("utf8");
  return async () => {
    let seen = -1;
    for (;;) {
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) {
        const { object } = JSON.parse(line) as { readonly object: { readonly data: { readonly count: string } } };
        if (Number(object.data.count) === seen + 1) seen += 1;
        if (Number(object.data.count) === last) return seen;
      }
      const { value, done } = await chunks.next();
      if (done === true) return seen;
      text += Buffer.from(value).toString("utf8");
    }
  };
}

await write("POST", path, 0);
const open: (() => Promise<number>)[] = [];
while (open.length < Number(watchers)) {
  // in batches: a server takes only so many handshakes at once
  open.push(...(await Promise.all(Array.from({ length: Math.min(50, Number(watchers) - open.length) }, watch))));
}
let complete = 0;
await report(
  async () => {
    const counting = open.map(async (count) => {
      if ((await count()) === last) complete += 1;
    });
    for (let count = 1; count <= last; count += 1) await write("PUT", `${path}/changing`, count);
    await Promise.all(counting);
    return open.length * last;
  },
  () => ({ complete }),
);
process.exit(0);
