import { createGzip, gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { isKubescriptError } from "../../src/errors.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { undiciTransport } from "../../src/transport/undici-transport.ts";
import { issue } from "./support/certificates.ts";
import { failureOf } from "./support/failure.ts";
import { socks5Proxy } from "./support/proxies.ts";
import { connectionTo, listenHttp, listenHttps, until } from "./support/servers.ts";

const open: Transport[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((transport) => transport.close()));
});
function transportTo(...parameters: Parameters<typeof undiciTransport>): Transport {
  const transport = undiciTransport(...parameters);
  open.push(transport);
  return transport;
}
describe("send", () => {
  test("keeps the server's path prefix and sends method, query, headers and body", async () => {
    const seen: unknown[] = [];
    await using server = await listenHttp(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      seen.push([request.method, request.url, request.headers["content-type"], body]);
      response.writeHead(201, { "x-one": "1" }).end('{"ok":true}');
    });
    const transport = transportTo(connectionTo(`http://127.0.0.1:${server.port}/k8s/clusters/x`));
    const answer = await transport.send({
      method: "POST",
      path: "/api/v1/pods",
      query: { dryRun: "All", absent: undefined },
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(seen).toEqual([["POST", "/k8s/clusters/x/api/v1/pods?dryRun=All", "application/json", "{}"]]);
    expect(answer.status).toBe(201);
    expect(answer.headers["x-one"]).toBe("1");
    expect(new TextDecoder().decode(answer.body)).toBe('{"ok":true}');
  });

  test("gives failures of the server as answers, not as errors", async () => {
    await using server = await listenHttp((_request, response) => response.writeHead(503).end("busy"));
    const answer = await transportTo(connectionTo(`http://127.0.0.1:${server.port}`)).send({
      method: "GET",
      path: "/",
    });
    expect(answer.status).toBe(503);
  });

  test("undoes gzip and drops the headers that no longer hold", async () => {
    await using server = await listenHttp((_request, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("plain")),
    );
    const answer = await transportTo(connectionTo(`http://127.0.0.1:${server.port}`)).send({
      method: "GET",
      path: "/",
    });
    expect(new TextDecoder().decode(answer.body)).toBe("plain");
    expect(answer.headers["content-encoding"]).toBeUndefined();
  });

  test("takes long headers, such as those of a program behind a proxy", async () => {
    const long = "x".repeat(200_000);
    await using server = await listenHttp((_request, response) => response.writeHead(200, { "x-long": long }).end());
    const transport = transportTo(connectionTo(`http://127.0.0.1:${server.port}`));
    expect((await transport.send({ method: "GET", path: "/" })).headers["x-long"]).toBe(long);
  });

  test("is ended by its signal while the server is silent", async () => {
    let requests = 0;
    await using server = await listenHttp(() => {
      requests += 1;
    });
    const abort = new AbortController();
    const sending = transportTo(connectionTo(`http://127.0.0.1:${server.port}`)).send(
      { method: "GET", path: "/" },
      { signal: abort.signal },
    );
    await until(() => requests === 1);
    const [socket] = server.sockets;
    abort.abort();
    expect(await failureOf(sending)).toMatchObject({ name: "AbortError", code: "ABORTED" });
    await until(() => socket !== undefined && !server.sockets.has(socket));
  });

  test("sends a read again when the idle connection it took had been closed", async () => {
    let requests = 0;
    await using server = await listenHttp((request, response) => {
      requests += 1;
      if (requests === 2) request.socket.destroy();
      else response.end("ok");
    });
    const transport = transportTo(connectionTo(`http://127.0.0.1:${server.port}`));
    await transport.send({ method: "GET", path: "/" });
    const answer = await transport.send({ method: "GET", path: "/" });
    expect(answer.status).toBe(200);
    expect(requests).toBe(3);
  });

  test("never sends a write again", async () => {
    let requests = 0;
    await using server = await listenHttp((request, response) => {
      requests += 1;
      if (requests === 2) request.socket.destroy();
      else response.end("ok");
    });
    const transport = transportTo(connectionTo(`http://127.0.0.1:${server.port}`));
    await transport.send({ method: "GET", path: "/" });
    const error = await failureOf(transport.send({ method: "POST", path: "/", body: "{}" }));
    expect(error).toMatchObject({ name: "ConnectionError", code: "CONNECTION_LOST", retryable: true });
    expect(requests).toBe(2);
  });
});

describe("stream", () => {
  test("hands over each piece as it arrives and closes the connection when the reader leaves", async () => {
    await using server = await listenHttp((_request, response) => {
      response.write("one");
    });
    const { body } = await transportTo(connectionTo(`http://127.0.0.1:${server.port}`)).stream({
      method: "GET",
      path: "/",
    });
    const [socket] = server.sockets;
    for await (const chunk of body) {
      expect(new TextDecoder().decode(chunk)).toBe("one");
      break;
    }
    await until(() => socket !== undefined && !server.sockets.has(socket));
  });

  test("does not let many open streams hold up another request", async () => {
    await using server = await listenHttp((request, response) => {
      if (request.url === "/watch") response.write("\n");
      else response.end("ok");
    });
    const transport = transportTo(connectionTo(`http://127.0.0.1:${server.port}`));
    await Promise.all(Array.from({ length: 60 }, () => transport.stream({ method: "GET", path: "/watch" })));
    expect((await transport.send({ method: "GET", path: "/" })).status).toBe(200);
  });

  test("ends with an error when the transport is closed", async () => {
    await using server = await listenHttp((_request, response) => {
      response.write("one");
    });
    const transport = transportTo(connectionTo(`http://127.0.0.1:${server.port}`));
    const { body } = await transport.stream({ method: "GET", path: "/" });
    const reading = (async () => {
      for await (const _ of body) await transport.close();
    })();
    expect(isKubescriptError(await failureOf(reading))).toBe(true);
  });
});

describe("compression", () => {
  test("is asked for of servers that are not on loopback, unless it is disabled", async () => {
    await using server = await listenHttp((request, response) =>
      response.end(request.headers["accept-encoding"] ?? "none"),
    );
    await using proxy = await socks5Proxy();
    const proxyUrl = `socks5://127.0.0.1:${proxy.port}`;
    const ask = async (...parameters: Parameters<typeof connectionTo>) => {
      const answer = await transportTo(connectionTo(...parameters)).send({ method: "GET", path: "/" });
      return new TextDecoder().decode(answer.body);
    };
    const far = `http://api.example:${server.port}`;
    expect(await ask(far, { proxyUrl })).toBe("gzip, deflate");
    expect(await ask(far, { proxyUrl, disableCompression: true })).toBe("none");
    expect(await ask(`http://127.0.0.1:${server.port}`)).toBe("none");
  });

  test("of a stream is undone piece by piece, without waiting for its end", async () => {
    const zip = createGzip();
    await using server = await listenHttp((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" });
      zip.pipe(response);
      zip.write("one\n");
      zip.flush();
    });
    const { body } = await transportTo(connectionTo(`http://127.0.0.1:${server.port}`)).stream({
      method: "GET",
      path: "/",
    });
    const read: string[] = [];
    for await (const chunk of body) {
      read.push(new TextDecoder().decode(chunk));
      zip.end("two\n");
    }
    expect(read.join("")).toBe("one\ntwo\n");
    expect(read[0]).toBe("one\n");
  });
});

describe("TLS", () => {
  test("trusts the connection's authority and presents the client certificate", async () => {
    const ca = await issue({ name: "ca", authority: true });
    const own = await issue({ name: "server", ips: ["127.0.0.1"], issuer: ca });
    const client = await issue({ name: "alice", issuer: ca, client: true });
    await using server = await listenHttps(
      { cert: own.certificate, key: own.key, ca: ca.certificate, requestCert: true, rejectUnauthorized: true },
      (request, response) => {
        const socket = request.socket as import("node:tls").TLSSocket;
        response.end(socket.getPeerCertificate().subject.CN);
      },
    );
    const connection = connectionTo(`https://127.0.0.1:${server.port}`, {
      tls: { ca: ca.certificate, insecureSkipVerify: false },
    });
    const transport = transportTo(connection, { current: async () => ({ certificate: client }) });
    const answer = await transport.send({ method: "GET", path: "/" });
    expect(new TextDecoder().decode(answer.body)).toBe("alice");
  });

  test("opens new connections when the client certificate changes, and lets the old ones go", async () => {
    const ca = await issue({ name: "ca", authority: true });
    const own = await issue({ name: "server", ips: ["127.0.0.1"], issuer: ca });
    let certificate = await issue({ name: "old", issuer: ca });
    await using server = await listenHttps(
      { cert: own.certificate, key: own.key, ca: ca.certificate, requestCert: true },
      (request, response) => {
        response.end((request.socket as import("node:tls").TLSSocket).getPeerCertificate().subject.CN);
      },
    );
    const connection = connectionTo(`https://127.0.0.1:${server.port}`, {
      tls: { ca: ca.certificate, insecureSkipVerify: false },
    });
    const transport = transportTo(connection, { current: async () => ({ certificate }) });
    const ask = async () => new TextDecoder().decode((await transport.send({ method: "GET", path: "/" })).body);
    expect(await ask()).toBe("old");
    const [first] = server.sockets;
    certificate = await issue({ name: "new", issuer: ca });
    expect(await ask()).toBe("new");
    await until(() => first !== undefined && !server.sockets.has(first));
  });

  test("checks the certificate against tls-server-name", async () => {
    const own = await issue({ name: "server", dns: ["api.example.com"] });
    await using server = await listenHttps({ cert: own.certificate, key: own.key }, (_request, response) =>
      response.end("ok"),
    );
    const url = `https://127.0.0.1:${server.port}`;
    const named = { ca: own.certificate, serverName: "api.example.com", insecureSkipVerify: false };
    expect((await transportTo(connectionTo(url, { tls: named })).send({ method: "GET", path: "/" })).status).toBe(200);
  });
});
