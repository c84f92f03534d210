import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** A web site that answers while the lines run: this thread stands still then. */
export interface WebSite extends AsyncDisposable {
  /** As a proxy it is every site there is. */
  readonly proxy: string;
}

const SERVER = `
const { createServer } = require("node:http");
const { parentPort, workerData } = require("node:worker_threads");
const server = createServer((request, response) => {
  const text = workerData[new URL(request.url, "http://any").pathname];
  response.writeHead(text === undefined ? 404 : 200).end(text);
});
server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
`;

/** Serves texts by their paths. */
export async function webSite(texts: Readonly<Record<string, string>>): Promise<WebSite> {
  const worker = new Worker(SERVER, { eval: true, workerData: texts });
  const [port] = await once(worker, "message");
  return { proxy: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: async () => void (await worker.terminate()) };
}
