import { once } from "node:events";
import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import WebSocket, { WebSocketServer } from "ws";
import { ask, runningPod, type Streams, startStreams } from "./harness.ts";

let streams: Streams;
let port: number;
const program = createServer((_request, response) => response.writeHead(418, { "x-a": "1" }).end("no teapot"));
const chat = new WebSocketServer({ noServer: true, path: "/chat" });

beforeAll(async () => {
  program.on("upgrade", (request, socket, head) => {
    if (request.url?.startsWith("/chat") !== true) {
      socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 7\r\n\r\nno chat");
      return;
    }
    chat.handleUpgrade(request, socket, head, (one) => {
      one.send(`${request.url} ${request.headers.authorization ?? "nobody"}`);
      one.on("message", (data, isBinary) => one.send(data, { binary: isBinary }));
    });
  });
  program.listen(0, "127.0.0.1");
  await once(program, "listening");
  port = (program.address() as { port: number }).port;
  streams = await startStreams();
  await runningPod(streams);
});
afterAll(async () => {
  await streams.close();
  program.close();
});

const path = (rest: string): string => `/api/v1/namespaces/default/pods/p:${port}/proxy${rest}`;

test("a program behind the proxy is spoken to by WebSocket, until either side has gone", async () => {
  const url = `wss://127.0.0.1:${streams.listener.port}${path("/chat?a=1")}`;
  const client = new WebSocket(url, { ...streams.credentials, headers: { authorization: "Bearer own" } });
  client.on("error", expect.fail);
  const heard: string[] = [];
  client.on("message", (data) => heard.push(String(data)));
  await once(client, "open");
  client.send("x".repeat(100_000));
  await expect.poll(() => heard).toEqual(["/chat?a=1 nobody", "x".repeat(100_000)]);
  const [server] = chat.clients;
  const left = once(server ?? chat, "close");
  client.terminate();
  await left;
  expect(chat.clients.size).toBe(0);
});

test("a program that stays with HTTP, and one that is not there, are answers", async () => {
  expect(await ask(streams, path("/other"), [])).toEqual({ status: 404, body: "no chat" });
  const gone = await ask(streams, path("/chat").replace(`p:${port}`, "p:1"), []);
  expect(gone).toMatchObject({ status: 503, body: expect.stringContaining("connect: connection refused") });
});
