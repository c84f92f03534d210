import http from "node:http";
import type net from "node:net";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, expect, test } from "vitest";
import { authenticate } from "../../src/transport/authenticate.ts";
import { plan } from "../../src/transport/plan.ts";
import type { Transport, UpgradeResponse } from "../../src/transport/transport.ts";
import { undiciTransport } from "../../src/transport/undici-transport.ts";
import { issue } from "./support/certificates.ts";
import { failureOf } from "./support/failure.ts";
import { fakeTransport } from "./support/fake-transport.ts";
import { connectionTo, listen, listenHttp, listenHttps } from "./support/servers.ts";

const open: Transport[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((transport) => transport.close()));
});
function transportTo(...parameters: Parameters<typeof undiciTransport>): Transport {
  const transport = undiciTransport(...parameters);
  open.push(transport);
  return transport;
}

const spdy = {
  method: "POST",
  path: "/api/v1/namespaces/x/pods/y/exec",
  rawQuery: "command=ls&tty",
  headers: { connection: "Upgrade", upgrade: "SPDY/3.1", "x-stream-protocol-version": ["v4", "v3"] },
};

/** Answers 101 and sends its first bytes with it, then whatever it receives. */
function echo(server: http.Server, onSocket: (socket: Duplex, request: http.IncomingMessage) => void = () => {}): void {
  server.on("upgrade", (request, socket, head) => {
    onSocket(socket, request);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${request.headers.upgrade}\r\nX-A: 1\r\nX-A: 2\r\n\r\nhello `,
    );
    if (head.length > 0) socket.write(head);
    socket.on("error", () => {});
    socket.pipe(socket);
  });
}

function upgraded(answer: UpgradeResponse): Duplex {
  if (answer.type !== "upgraded") throw new Error(`refused with ${answer.status}`);
  return answer.connection;
}

test.each([["http"], ["https"]])("an upgrade over %s is the raw connection, with what came along", async (scheme) => {
  const own = await issue({ name: "server", ips: ["127.0.0.1"] });
  const identity = { cert: own.certificate, key: own.key };
  await using server =
    scheme === "http" ? await listen<net.Server>(http.createServer()) : await listenHttps(identity, () => undefined);
  const seen: unknown[] = [];
  echo(server.server as unknown as http.Server, (_socket, { method, url, headersDistinct }) => {
    seen.push(method, url, headersDistinct["x-stream-protocol-version"]);
  });
  const trusting = { tls: { ca: own.certificate, insecureSkipVerify: false } };
  const transport = transportTo(connectionTo(`${scheme}://127.0.0.1:${server.port}/prefix`, trusting));
  const answer = await transport.upgrade(spdy);
  expect(answer).toMatchObject({ status: 101, headers: { upgrade: "SPDY/3.1", "x-a": ["1", "2"] } });
  const connection = upgraded(answer);
  connection.end("world");
  expect(await text(connection)).toBe("hello world");
  expect(seen).toEqual(["POST", "/prefix/api/v1/namespaces/x/pods/y/exec?command=ls&tty", ["v4", "v3"]]);
});

test("a server that stays with HTTP is an answer, not an error", async () => {
  await using server = await listenHttp((_request, response) => response.writeHead(403, { "x-why": "no" }).end("no"));
  const answer = await transportTo(connectionTo(`http://127.0.0.1:${server.port}`)).upgrade(spdy);
  if (answer.type !== "refused") throw new Error("it was not refused");
  expect([answer.status, answer.headers["x-why"], await text(answer.body)]).toEqual([403, "no", "no"]);
});

test("the signal ends the request and the connection that came of it; closing the transport does too", async () => {
  await using server = await listen(http.createServer());
  const sockets: Duplex[] = [];
  echo(server.server as http.Server, (socket) => sockets.push(socket));
  const transport = transportTo(connectionTo(`http://127.0.0.1:${server.port}`));
  const controller = new AbortController();
  const first = upgraded(await transport.upgrade(spdy, { signal: controller.signal }));
  const second = upgraded(await transport.upgrade(spdy));
  const errors = [first, second].map((one) => new Promise((resolve) => one.once("error", resolve)));
  const closed = sockets.map((one) => new Promise((resolve) => one.once("close", resolve)));
  controller.abort();
  expect(await errors[0]).toMatchObject({ code: "ABORTED" });
  expect(second.destroyed).toBe(false);
  await transport.close();
  await Promise.all([errors[1], ...closed]);
  expect((await failureOf(transport.upgrade(spdy, { signal: controller.signal }))).code).toBe("ABORTED");
});

test("an upgrade is signed, and asked for anew after a 401", async () => {
  const inner = fakeTransport((_request, count) => ({ status: count === 1 ? 401 : 403 }));
  let token = 0;
  const credentials = {
    now: () => 0,
    current: async () => ({ authorization: `Bearer ${token}` }),
    invalidate: () => {
      token += 1;
      return true;
    },
  };
  const answer = await authenticate(inner, { credentials, server: "https://s" }).upgrade(spdy);
  expect(answer.status).toBe(403);
  expect(inner.sent.map(({ headers }) => headers?.authorization)).toEqual(["Bearer 0", "Bearer 1"]);
});

test("whom a request impersonates by itself gets nothing of the connection's impersonation", async () => {
  const inner = fakeTransport(() => ({}));
  const credentials = { now: () => 0, current: async () => ({}), invalidate: () => false };
  const impersonate = { user: "ann", groups: ["admins"], extra: {} };
  const transport = authenticate(inner, { credentials, server: "https://s", impersonate });
  await transport.send({ method: "GET", path: "/version", headers: { "impersonate-user": "bob" } });
  expect(inner.sent[0]?.headers).toEqual({ "impersonate-user": "bob" });
});

test("a plan refuses an upgrade", async () => {
  const refused = await failureOf(
    plan(
      fakeTransport(() => ({})),
      () => {},
    ).upgrade(spdy),
  );
  expect(refused.message).toContain("no dry run");
});
