import { afterEach, describe, expect, test } from "vitest";
import type { Connection } from "../../src/config/connection.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { undiciTransport } from "../../src/transport/undici-transport.ts";
import { issue } from "./support/certificates.ts";
import { failureOf } from "./support/failure.ts";
import { httpProxy, socks5Proxy } from "./support/proxies.ts";
import { connectionTo, listenHttp, listenHttps } from "./support/servers.ts";

const open: Transport[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((transport) => transport.close()));
});
function get(connection: Connection) {
  const transport = undiciTransport(connection);
  open.push(transport);
  return transport.send({ method: "GET", path: "/version" });
}
async function tlsServer(name: { ips?: string[]; dns?: string[] } = { ips: ["127.0.0.1"] }) {
  const own = await issue({ name: "server", ...name });
  const server = await listenHttps({ cert: own.certificate, key: own.key }, (request, response) =>
    response.end(request.url),
  );
  return Object.assign(server, { tls: { ca: own.certificate, insecureSkipVerify: false } });
}

describe("an HTTP proxy", () => {
  test("tunnels to an HTTPS server, whose certificate is checked as ever", async () => {
    await using server = await tlsServer();
    await using proxy = await httpProxy();
    const proxyUrl = `http://127.0.0.1:${proxy.port}`;
    const answer = await get(connectionTo(`https://127.0.0.1:${server.port}`, { tls: server.tls, proxyUrl }));
    expect(new TextDecoder().decode(answer.body)).toBe("/version");
    expect(proxy.seen).toEqual([`CONNECT 127.0.0.1:${server.port}`]);
    const untrusting = await failureOf(get(connectionTo(`https://127.0.0.1:${server.port}`, { proxyUrl })));
    expect(untrusting.code).toBe("UNKNOWN_CA");
  });

  test("is sent requests for an HTTP server whole", async () => {
    await using server = await listenHttp((request, response) => response.end(request.headers.host));
    await using proxy = await httpProxy();
    const proxyUrl = `http://127.0.0.1:${proxy.port}`;
    const answer = await get(connectionTo(`http://127.0.0.1:${server.port}`, { proxyUrl }));
    expect(new TextDecoder().decode(answer.body)).toBe(`127.0.0.1:${server.port}`);
    expect(proxy.seen).toEqual([`GET http://127.0.0.1:${server.port}/version`]);
  });

  test("is logged in to with the user and password of its URL", async () => {
    await using server = await tlsServer();
    await using proxy = await httpProxy({ authorization: `Basic ${btoa("me:p@ss")}` });
    const connection = (user: string) =>
      connectionTo(`https://127.0.0.1:${server.port}`, {
        tls: server.tls,
        proxyUrl: `http://${user}127.0.0.1:${proxy.port}`,
      });
    expect((await get(connection("me:p%40ss@"))).status).toBe(200);
    const refused = await failureOf(get(connection("me:wr0ng@")));
    expect(refused).toMatchObject({ name: "ConnectionError", code: "PROXY" });
    expect(refused.message).toContain("407");
    expect(`${refused.message}${refused.hint}`).not.toContain("wr0ng");
  });

  test("that refuses, and one that is not there, are errors of the proxy", async () => {
    const proxy = await httpProxy({ answer: 403 });
    const connection = connectionTo("https://api.example", { proxyUrl: `http://127.0.0.1:${proxy.port}` });
    expect((await failureOf(get(connection))).message).toContain("403");
    await proxy[Symbol.asyncDispose]();
    const gone = await failureOf(get(connection));
    expect(gone.code).toBe("PROXY");
    expect(gone.message).toContain("ECONNREFUSED");
  });
});

describe("a SOCKS5 proxy", () => {
  test("resolves names itself and tunnels TLS", async () => {
    await using server = await tlsServer({ dns: ["api.example"] });
    await using proxy = await socks5Proxy();
    const proxyUrl = `socks5://127.0.0.1:${proxy.port}`;
    const answer = await get(connectionTo(`https://api.example:${server.port}`, { tls: server.tls, proxyUrl }));
    expect(answer.status).toBe(200);
    expect(proxy.seen).toEqual([`api.example:${server.port}`]);
  });

  test("gets IPv6 addresses as such", async () => {
    await using server = await listenHttp((_request, response) => response.end());
    await using proxy = await socks5Proxy();
    const proxyUrl = `socks5://127.0.0.1:${proxy.port}`;
    await get(connectionTo(`http://[fd00::7:1]:${server.port}`, { proxyUrl }));
    expect(proxy.seen).toEqual([`fd00:0000:0000:0000:0000:0000:0007:0001:${server.port}`]);
  });

  test("is logged in to, or says why not", async () => {
    await using server = await listenHttp((_request, response) => response.end());
    await using proxy = await socks5Proxy({ user: "me", password: "right" });
    const connection = (password: string) =>
      connectionTo(`http://127.0.0.1:${server.port}`, {
        proxyUrl: `socks5://me:${password}@127.0.0.1:${proxy.port}`,
      });
    expect((await get(connection("right"))).status).toBe(200);
    const refused = await failureOf(get(connection("wrong")));
    expect(refused.code).toBe("PROXY");
    expect(refused.message).not.toContain("wrong");
  });

  test("that cannot reach the server tells its reason", async () => {
    await using proxy = await socks5Proxy({ reply: 5 });
    const connection = connectionTo("http://api.example", { proxyUrl: `socks5://127.0.0.1:${proxy.port}` });
    expect((await failureOf(get(connection))).message).toContain("connection refused");
  });
});
