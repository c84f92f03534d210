import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import http, { IncomingMessage } from "node:http";
import https from "node:https";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ApiProxy, ProxyOptions } from "../../src/operations/proxy/proxy.ts";
import { tunnel } from "../../src/operations/proxy/tunnel.ts";
import type { Cluster } from "../../src/runtime/cluster.ts";
import { openCluster } from "../../src/runtime/open-cluster.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { issue } from "../transport/support/certificates.ts";
import { failureOf } from "../transport/support/failure.ts";
import { until } from "../transport/support/servers.ts";

const own = await issue({ name: "server", ips: ["127.0.0.1"] });
let folder: string;
let server: https.Server;
let k8s: Cluster;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "proxy-"));
  // A token goes to a server by TLS only.
  server = https.createServer({ cert: own.certificate, key: own.key });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  const kubeconfig = JSON.stringify({
    clusters: [
      { name: "c", cluster: { server: `https://127.0.0.1:${port}/prefix`, "insecure-skip-tls-verify": true } },
    ],
    users: [{ name: "u", user: { token: "secret" } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  });
  k8s = await openCluster({ kubeconfig, env: {} });
});

afterEach(async () => {
  await k8s.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const started = (options: ProxyOptions = {}): Promise<ApiProxy> => k8s.proxy({ port: 0, ...options });

/** Sends a request as it stands and gives the answer once its head is there. */
function ask(
  proxy: ApiProxy,
  target: string,
  options: http.RequestOptions = {},
  body?: string,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(proxy.url ?? "http://localhost");
    const where = proxy.socket === undefined ? { hostname, port } : { socketPath: proxy.socket };
    const request = http.request({ ...where, path: target, agent: false, ...options }, resolve);
    request.once("error", reject).end(body);
  });
}

async function answered(proxy: ApiProxy, target: string, options?: http.RequestOptions): Promise<[number, string]> {
  const answer = await ask(proxy, target, options);
  return [answer.statusCode ?? 0, await text(answer)];
}

test("requests go on with the session's log-in below the server's path, and come back as they are", async () => {
  const seen: unknown[] = [];
  server.on("request", async (request, response) => {
    const { method, url, headers } = request;
    seen.push(method, url, headers.authorization, headers.host, await text(request));
    response.writeHead(418, { "x-a": ["1", "2"], "content-type": "text/x" }).end("short");
  });
  const proxy = await started();
  const headers = { "content-type": "text/x", "transfer-encoding": "chunked" };
  const answer = await ask(proxy, "/api/v1/x%20y?wsdl&a=%20", { method: "PROPFIND", headers }, "body");
  expect([answer.statusCode, answer.headers["x-a"], answer.headers["content-type"]]).toEqual([418, "1, 2", "text/x"]);
  expect(await text(answer)).toBe("short");
  const { port } = server.address() as net.AddressInfo;
  expect(seen).toEqual(["PROPFIND", "/prefix/api/v1/x%20y?wsdl&a=%20", "Bearer secret", `127.0.0.1:${port}`, "body"]);
  await ask(proxy, "/", { headers: { authorization: "Bearer own" } });
  expect(seen[7]).toBe("Bearer own");
});

test("what the filter refuses never reaches the server, and kubectl's answer says so", async () => {
  let reached = 0;
  server.on("request", (_request, response) => {
    reached += 1;
    response.end("ok");
  });
  const proxy = await started();
  const exec = "/api/v1/namespaces/a/pods/b/exec?command=ls";
  expect(await answered(proxy, "/version", { headers: { host: "evil.example" } })).toEqual([403, "Forbidden\n"]);
  expect(await answered(proxy, exec)).toEqual([403, "Forbidden\n"]);
  const upgrade = { connection: "Upgrade", upgrade: "websocket" };
  expect(await answered(proxy, exec, { headers: upgrade })).toEqual([403, "Forbidden\n"]);
  expect(await answered(proxy, "/x", { headers: { ...upgrade, origin: "http://evil.example" } })).toEqual([
    403,
    "Forbidden\n",
  ]);
  const page = { origin: "https://evil.example" };
  expect(await answered(proxy, "/x", { method: "POST", headers: page })).toEqual([403, "Forbidden\n"]);
  expect(reached).toBe(0);
  const open = await started({ disableFilter: true });
  expect(await answered(open, exec, { headers: { host: "any" } })).toEqual([200, "ok"]);
});

test("an answer arrives as it is made, and the client's end is the server's", async () => {
  let gone = false;
  server.on("request", (_request, response) => {
    response.flushHeaders();
    response.once("close", () => {
      gone = true;
    });
    setImmediate(() => response.write("one\n"));
  });
  const answer = await ask(await started(), "/api/v1/pods?watch=true");
  const [line] = await new Promise<string[]>((resolve) => answer.once("data", (data) => resolve([String(data)])));
  expect([line, gone]).toEqual(["one\n", false]);
  answer.destroy();
  await until(() => gone);
});

test("a reader that does not read stops the server, and an answer that breaks off does not look whole", async () => {
  let written = 0;
  server.on("request", (_request, response) => {
    const piece = Buffer.alloc(64 * 1024);
    const more = (): void => {
      while (written < 256 * 1024 * 1024) {
        written += piece.length;
        if (!response.write(piece)) return void response.once("drain", more);
      }
    };
    more();
  });
  const answer = await ask(await started(), "/large");
  let last = -1;
  await until(() => {
    const settled = written === last;
    last = written;
    return settled;
  });
  expect(written).toBeLessThan(64 * 1024 * 1024);
  server.closeAllConnections();
  const failure = await text(answer).then(
    () => "whole",
    (error: NodeJS.ErrnoException) => error.code,
  );
  expect(failure).toBe("ECONNRESET");
});

test("an upgrade is a tunnel for both sides, ended by either and by the proxy", async () => {
  const ends: net.Socket[] = [];
  server.on("upgrade", (request, socket: net.Socket) => {
    ends.push(socket);
    socket.on("error", () => {});
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${request.headers.upgrade}\r\nConnection: Upgrade\r\n\r\n`,
    );
    socket.write(`${request.headers.authorization} `);
    socket.pipe(socket);
  });
  const proxy = await started();
  const upgrade = { headers: { connection: "Upgrade", upgrade: "SPDY/3.1" }, method: "POST" };
  const open = (): Promise<net.Socket> =>
    new Promise((resolve) => {
      const { hostname, port } = new URL(proxy.url ?? "");
      const request = http.request({ hostname, port, path: "/api/v1/p/portforward", agent: false, ...upgrade }).end();
      request.once("upgrade", (_answer, socket: net.Socket, head) => {
        socket.unshift(head);
        resolve(socket);
      });
    });
  const first = await open();
  first.end("hello");
  expect(await text(first)).toBe("Bearer secret hello");
  const [second, third] = [await open(), await open()];
  const closed = [second, third].map(
    (one) => new Promise((resolve) => one.on("error", () => {}).once("close", resolve)),
  );
  second.resume();
  third.resume();
  ends[1]?.destroy();
  await closed[0];
  expect(third.destroyed).toBe(false);
  await proxy.close();
  await closed[1];
  await until(() => ends.every((one) => one.destroyed));
});

test("what the server has sent to its end reaches a client that is slow to take it", async () => {
  server.on("upgrade", (_request, socket: net.Socket) => {
    socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nthe end");
  });
  const api = { type: "api", path: "/x", decoded: "/x", query: "", host: "localhost" } as const;
  const request = Object.assign(new IncomingMessage(new net.Socket()), { headers: { upgrade: "x" }, method: "GET" });
  let take = (): void => {};
  const client = new Duplex({
    read: () => {},
    write: (chunk, _encoding, done) => {
      if (String(chunk) === "the end") take = done;
      else done();
    },
  });
  let connection: Duplex | undefined;
  const transport: Transport = {
    ...k8s.transport,
    upgrade: async (...args) => {
      const answer = await k8s.transport.upgrade(...args);
      if (answer.type === "upgraded") connection = answer.connection;
      return answer;
    },
  };
  await tunnel(transport, api, request, client, undefined);
  await until(() => connection?.closed === true);
  await new Promise((resolve) => setImmediate(resolve));
  expect(client.destroyed).toBe(false);
  take();
  await until(() => client.closed);
  expect(client.writableFinished).toBe(true);
});

test("the wish for another HTTP is not granted and nothing else of the request is changed", async () => {
  server.on("request", async (request, response) => {
    const { upgrade, connection, "http2-settings": settings, "x-a": own } = request.headers;
    response.end(JSON.stringify([upgrade, connection, settings, own, (await text(request)).length]));
  });
  const proxy = await started();
  const headers = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABk", "x-a": "1" };
  const body = "x".repeat(1024 * 1024);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (const framing of [{ "transfer-encoding": "chunked" }, { "content-length": body.length }]) {
    const answer = await ask(proxy, "/x", { method: "POST", agent, headers: { ...headers, ...framing } }, body);
    expect([answer.statusCode, JSON.parse(await text(answer))]).toEqual([
      200,
      [null, "keep-alive", null, "1", body.length],
    ]);
  }
  const foreign = { ...headers, host: "evil.example" };
  expect(await answered(proxy, "/x", { headers: foreign })).toEqual([403, "Forbidden\n"]);
  // Ends the connection that the agent keeps, too.
  await proxy.close();
  agent.destroy();
});

test("a server that cannot be reached is a bad gateway that says why; one that refuses to upgrade is heard", async () => {
  server.on("request", (_request, response) => response.writeHead(503, { "x-a": "1" }).end("later"));
  const proxy = await started();
  const upgrade = { connection: "Upgrade", upgrade: "websocket" };
  expect(await answered(proxy, "/x", { headers: upgrade })).toEqual([503, "later"]);
  server.removeAllListeners("request");
  server.on("connection", (socket) => socket.destroy());
  server.closeAllConnections();
  const [status, message] = await answered(proxy, "/x");
  expect([status, message]).toEqual([502, expect.stringMatching(/^Cannot GET http.*\/x: the connection was closed/)]);
  expect(message).not.toContain("secret");
});

describe("its life", () => {
  test("the session's end, the signal and close end it, with what goes through it", async () => {
    server.on("request", (_request, response) => response.flushHeaders());
    const controller = new AbortController();
    const [one, two, three] = [await started({ signal: controller.signal }), await started(), await started()];
    {
      await using scoped = await started();
      expect((await ask(scoped, "/watch")).statusCode).toBe(200);
    }
    const answers = await Promise.all([one, two, three].map((proxy) => ask(proxy, "/watch")));
    const ended = answers.map(
      (answer) => new Promise((resolve) => answer.on("error", () => {}).once("close", resolve)),
    );
    controller.abort();
    await Promise.all([one.closed, ended[0]]);
    await Promise.all([two.close(), two.close(), ended[1]]);
    await k8s.close();
    await Promise.all([three.closed, ended[2]]);
    expect((await failureOf(started({ signal: controller.signal }))).code).toBe("ABORTED");
  });

  test("a port that is taken, a dry run, and a port beside a socket are refused", async () => {
    const { port } = server.address() as net.AddressInfo;
    expect(await failureOf(started({ port }))).toMatchObject({
      code: "USAGE",
      message: `Cannot listen on 127.0.0.1:${port}: it is taken`,
    });
    expect((await failureOf(k8s.dryRun().proxy({ port: 0 }))).message).toContain("no dry run");
    expect((await failureOf(started({ unixSocket: "s" }))).message).toContain("at once");
    expect((await failureOf(started({ www: path.join(folder, "none") }))).message).toContain("there is no folder");
  });

  test("a Unix socket is this user's alone, replaces one that is left over, and goes with the proxy", async () => {
    server.on("request", (_request, response) => response.end("ok"));
    const socket = path.join(folder, "s");
    const left = net.createServer();
    await new Promise<void>((resolve) => left.listen(socket, resolve));
    const options = { unixSocket: socket, port: undefined };
    expect((await failureOf(started(options))).message).toContain("something is listening there already");
    await new Promise((resolve) => left.close(resolve));
    const proxy = await started(options);
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(await answered(proxy, "/version")).toEqual([200, "ok"]);
    await proxy.close();
    expect(existsSync(socket)).toBe(false);
    writeFileSync(socket, "precious");
    expect((await failureOf(started(options))).message).toContain("is no socket");
    const nowhere = path.join(folder, "none/s");
    expect((await failureOf(started({ ...options, unixSocket: nowhere }))).message).toContain("there is no folder");
    const long = path.join(folder, "x".repeat(120));
    expect((await failureOf(started({ ...options, unixSocket: long }))).message).toMatch(/its path is \d+ bytes long/);
    expect(existsSync(socket)).toBe(true);
  });
});

describe("static files", () => {
  beforeEach(() => {
    mkdirSync(path.join(folder, "www/sub"), { recursive: true });
    writeFileSync(path.join(folder, "secret"), "secret");
    writeFileSync(path.join(folder, "www/a.txt"), "hello");
    writeFileSync(path.join(folder, "www/sub/index.html"), "<p>");
    writeFileSync(path.join(folder, "www/<b>.bin"), Buffer.from([0, 1]));
    symlinkSync("../secret", path.join(folder, "www/out"));
  });

  test.each<[target: string, status: number, body: string | RegExp, headers?: Record<string, string>]>([
    ["/static/a.txt", 200, "hello", { "content-type": "text/plain; charset=utf-8", "content-length": "5" }],
    ["/static/%3Cb%3E.bin", 200, "\0\u0001", { "content-type": "application/octet-stream" }],
    ["/static/sub/", 200, "<p>", { "content-type": "text/html; charset=utf-8" }],
    ["/static/sub", 301, "", { location: "sub/" }],
    ["/static/sub/index.html", 301, "", { location: "./" }],
    ["/static/a.txt/", 301, "", { location: "../a.txt" }],
    ["/static/", 200, /<a href="%3Cb%3E.bin">&lt;b&gt;.bin<\/a>\n<a href="a.txt">a.txt<\/a>\n.*\n<a href="sub\/">/],
    ["/static/none", 404, "404 page not found\n"],
    ["/static/out", 404, "404 page not found\n"],
    ["/static/%2e%2e/secret", 404, "404 page not found\n"],
    ["/static/..%2fsecret", 404, "404 page not found\n"],
    ["/static/a%00b", 404, "404 page not found\n"],
    ["/static/../secret", 301, "", { location: "/secret" }],
  ])("%s is %i", async (target, status, body, headers = {}) => {
    const answer = await ask(await started({ www: path.join(folder, "www") }), target);
    expect([answer.statusCode, await text(answer)]).toEqual([
      status,
      typeof body === "string" ? body : expect.stringMatching(body),
    ]);
    expect(answer.headers).toMatchObject(headers);
  });

  test("a part, what has not changed, and a head alone", async () => {
    const proxy = await started({ www: path.join(folder, "www"), wwwPrefix: "/w" });
    const part = await ask(proxy, "/w/a.txt", { headers: { range: "bytes=-3" } });
    expect([part.statusCode, part.headers["content-range"], await text(part)]).toEqual([206, "bytes 2-4/5", "llo"]);
    expect((await answered(proxy, "/w/a.txt", { headers: { range: "bytes=9-" } }))[0]).toBe(416);
    const since = part.headers["last-modified"] ?? "";
    expect((await answered(proxy, "/w/a.txt", { headers: { "if-modified-since": since } }))[0]).toBe(304);
    const head = await ask(proxy, "/w/a.txt", { method: "HEAD" });
    expect([head.headers["content-length"], await text(head)]).toEqual(["5", ""]);
  });
});
