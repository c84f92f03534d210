import http from "node:http";
import type { Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import type { Transport } from "../../src/transport/transport.ts";
import { undiciTransport } from "../../src/transport/undici-transport.ts";
import { issue } from "./support/certificates.ts";
import { failureOf } from "./support/failure.ts";
import { httpProxy } from "./support/proxies.ts";
import { connectionTo, listen, listenHttp, listenHttps, until } from "./support/servers.ts";

const open: Transport[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((transport) => transport.close()));
});
function transportTo(...parameters: Parameters<typeof undiciTransport>): Transport {
  const transport = undiciTransport(...parameters);
  open.push(transport);
  return transport;
}
const protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
const withProtocol = { noServer: true, handleProtocols: (offered: Set<string>) => [...offered].at(-1) ?? false };

/** Serves WebSockets on a server: what each is to do is given. */
function serve(server: http.Server, onSocket: (socket: import("ws").WebSocket, request: http.IncomingMessage) => void) {
  const sockets = new WebSocketServer(withProtocol);
  server.on("upgrade", (request, socket, head) => {
    sockets.handleUpgrade(request, socket as Socket, head, (one) => onSocket(one, request));
  });
}

/** Resolves once a number has stopped changing for many turns of the event loop. */
async function settled(value: () => number): Promise<void> {
  let last = value();
  for (let same = 0; same < 200; same += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (value() !== last) same = 0;
    last = value();
  }
}

test("frames go both ways, with path prefix, query, headers and the server's choice of protocol", async () => {
  await using server = await listen(http.createServer());
  const seen: unknown[] = [];
  serve(server.server, (socket, request) => {
    seen.push(request.url, request.headers["x-one"], request.headers["impersonate-group"]);
    socket.on("message", (data) => {
      socket.send(data);
      socket.close();
    });
  });
  const socket = await transportTo(connectionTo(`http://127.0.0.1:${server.port}/prefix`)).open({
    path: "/api/v1/namespaces/x/pods/y/exec",
    query: { command: ["ls", "-l"], stdout: true },
    headers: { "x-one": "1", "impersonate-group": ["a", "b"] },
    protocols,
  });
  expect(socket.protocol).toBe("v4.channel.k8s.io");
  await socket.send(Buffer.from([0, 1, 2]));
  const frames: number[][] = [];
  for await (const frame of socket.frames) frames.push([...frame]);
  expect(frames).toEqual([[0, 1, 2]]);
  expect(seen).toEqual(["/prefix/api/v1/namespaces/x/pods/y/exec?command=ls&command=-l&stdout=true", "1", "a, b"]);
});

test("a refused upgrade is the server's own error", async () => {
  await using server = await listenHttp((_request, response) => {
    response.writeHead(403, { "content-type": "application/json" });
    response.end(
      JSON.stringify({
        kind: "Status",
        status: "Failure",
        reason: "Forbidden",
        message:
          'pods "y" is forbidden: User "ann" cannot create resource "pods/exec" in API group "" in the namespace "x"',
        code: 403,
      }),
    );
  });
  const transport = transportTo(connectionTo(`http://127.0.0.1:${server.port}`));
  const error = await failureOf(transport.open({ path: "/api/v1/namespaces/x/pods/y/exec", protocols }));
  expect(error).toMatchObject({ name: "ApiError", code: "FORBIDDEN", httpStatus: 403 });
  expect(error.hint).toContain('verb "create" on resource "pods/exec" in API group "" in namespace "x"');
});

test("a reader that does not read holds the server back", async () => {
  await using server = await listen(http.createServer());
  let buffered = (): number => 0;
  const frame = Buffer.alloc(64 * 1024);
  const count = 400;
  serve(server.server, (socket) => {
    buffered = () => socket.bufferedAmount;
    for (let sent = 0; sent < count; sent += 1) socket.send(frame);
    socket.close();
  });
  const socket = await transportTo(connectionTo(`http://127.0.0.1:${server.port}`)).open({ path: "/", protocols });
  const frames = socket.frames[Symbol.asyncIterator]();
  await frames.next();
  await settled(() => buffered());
  expect(buffered()).toBeGreaterThan(frame.length * 100);
  let received = 1;
  while (!(await frames.next()).done) received += 1;
  expect(received).toBe(count);
});

test("goes through a proxy's tunnel to a TLS server", async () => {
  const own = await issue({ name: "server", ips: ["127.0.0.1"] });
  await using server = await listenHttps({ cert: own.certificate, key: own.key }, () => {});
  serve(server.server as unknown as http.Server, (socket) => socket.close());
  await using proxy = await httpProxy();
  const connection = connectionTo(`https://127.0.0.1:${server.port}`, {
    tls: { ca: own.certificate, insecureSkipVerify: false },
    proxyUrl: `http://127.0.0.1:${proxy.port}`,
  });
  const socket = await transportTo(connection).open({ path: "/", protocols });
  for await (const _frame of socket.frames) expect.fail("no frame was sent");
  expect(proxy.seen).toEqual([`CONNECT 127.0.0.1:${server.port}`]);
});

test("what is sent is masked, except inside of TLS", async () => {
  const own = await issue({ name: "server", ips: ["127.0.0.1"] });
  await using plain = await listen(http.createServer());
  await using secure = await listenHttps({ cert: own.certificate, key: own.key }, () => {});
  const text = "bytes that a proxy could take for a request";
  const received = async (server: http.Server, connection: ReturnType<typeof connectionTo>): Promise<string> => {
    const seen: Buffer[] = [];
    // Copies: the server takes masks off in place.
    server.once("upgrade", (_request, socket: Socket) => {
      socket.on("data", (chunk: Buffer) => seen.push(Buffer.from(chunk)));
    });
    serve(server, (socket) => socket.once("message", () => socket.close()));
    const socket = await transportTo(connection).open({ path: "/", protocols });
    await socket.send(Buffer.from(text));
    for await (const _frame of socket.frames) expect.fail("no frame was sent");
    return Buffer.concat(seen).toString("latin1");
  };
  expect(await received(plain.server, connectionTo(`http://127.0.0.1:${plain.port}`))).not.toContain(text);
  const tls = { ca: own.certificate, insecureSkipVerify: false };
  const inside = await received(
    secure.server as unknown as http.Server,
    connectionTo(`https://127.0.0.1:${secure.port}`, { tls }),
  );
  expect(inside).toContain(text);
});

test("is ended by its signal, and by closing the transport", async () => {
  await using server = await listen(http.createServer());
  serve(server.server, () => {});
  const transport = transportTo(connectionTo(`http://127.0.0.1:${server.port}`));
  const abort = new AbortController();
  const one = await transport.open({ path: "/", protocols }, { signal: abort.signal });
  const two = await transport.open({ path: "/", protocols });
  const read = async (frames: AsyncIterable<Uint8Array>) => {
    for await (const _frame of frames) expect.fail("no frame was sent");
  };
  const reading = [failureOf(read(one.frames)), failureOf(read(two.frames))];
  abort.abort();
  expect((await reading[0])?.code).toBe("ABORTED");
  await transport.close();
  expect((await reading[1])?.code).toBe("ABORTED");
  await until(() => server.sockets.size === 0);
});

test("a send after the end is a lost connection", async () => {
  await using server = await listen(http.createServer());
  serve(server.server, (socket) => socket.close());
  const socket = await transportTo(connectionTo(`http://127.0.0.1:${server.port}`)).open({ path: "/", protocols });
  for await (const _frame of socket.frames) expect.fail("no frame was sent");
  expect((await failureOf(socket.send(Buffer.from([0])))).code).toBe("CONNECTION_LOST");
});

test("a peer that answers no pings is given up, one that does is not", async () => {
  await using server = await listen(http.createServer());
  const sockets = {
    silent: new WebSocketServer({ ...withProtocol, autoPong: false }),
    alive: new WebSocketServer(withProtocol),
  };
  let pings = 0;
  server.server.on("upgrade", (request, socket, head) => {
    const one = request.url === "/silent" ? sockets.silent : sockets.alive;
    one.handleUpgrade(request, socket as Socket, head, (peer) => {
      peer.on("ping", () => {
        pings += 1;
        if (request.url === "/alive" && pings === 40) peer.close();
      });
    });
  });
  const transport = transportTo(connectionTo(`http://127.0.0.1:${server.port}`), undefined, { pingIntervalMs: 5 });
  const read = async (path: string) => {
    const socket = await transport.open({ path, protocols });
    for await (const _frame of socket.frames) expect.fail("no frame was sent");
  };
  expect((await failureOf(read("/silent"))).code).toBe("CONNECTION_LOST");
  pings = 0;
  await read("/alive");
  // One that was sent much may not have come to the pings yet.
  const busy = await transport.open({ path: "/silent", protocols });
  await busy.send(Buffer.alloc(64 * 1024));
  pings = 0;
  await until(() => pings > 40);
  busy.close();
  for await (const _frame of busy.frames) expect.fail("no frame was sent");
});

test("a connection that breaks off in mid-stream is no end of the frames", async () => {
  await using server = await listen(http.createServer());
  serve(server.server, (socket) => socket.send(Buffer.from([0, 1]), () => socket.terminate()));
  const socket = await transportTo(connectionTo(`http://127.0.0.1:${server.port}`)).open({ path: "/", protocols });
  const seen: number[][] = [];
  const reading = async (): Promise<void> => {
    for await (const frame of socket.frames) seen.push([...frame]);
  };
  await expect(reading()).rejects.toMatchObject({ name: "ConnectionError", code: "CONNECTION_LOST" });
  expect(seen).toEqual([[0, 1]]);
});
