import net from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { Connection } from "../../src/config/connection.ts";
import { networkError } from "../../src/transport/network-error.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { undiciTransport } from "../../src/transport/undici-transport.ts";
import { issue } from "./support/certificates.ts";
import { failureOf } from "./support/failure.ts";
import { connectionTo, listen, listenHttp, listenHttps } from "./support/servers.ts";

const open: Transport[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((transport) => transport.close()));
});
function failure(connection: Connection, certificate?: { certificate: string; key: string }) {
  const transport = undiciTransport(connection, { current: async () => ({ certificate }) });
  open.push(transport);
  return failureOf(transport.send({ method: "GET", path: "/api/v1/pods" }));
}

describe("the server's certificate", () => {
  test("of an unknown authority", async () => {
    const [ca, other] = await Promise.all([
      issue({ name: "ca", authority: true }),
      issue({ name: "ot", authority: true }),
    ]);
    const own = await issue({ name: "server", ips: ["127.0.0.1"], issuer: ca });
    await using server = await listenHttps({ cert: own.certificate, key: own.key }, (_q, r) => r.end());
    const url = `https://127.0.0.1:${server.port}`;
    const without = await failure(connectionTo(url));
    expect(without).toMatchObject({ name: "ConnectionError", code: "UNKNOWN_CA" });
    expect(without.message).toContain(`Cannot GET ${url}/api/v1/pods: `);
    expect(without.hint).toContain("certificate-authority");
    const tls = { ca: other.certificate, caFile: "/my/ca.crt", insecureSkipVerify: false };
    expect((await failure(connectionTo(url, { tls }))).message).toContain("/my/ca.crt");
  });

  test("that is self-signed", async () => {
    const own = await issue({ name: "server", ips: ["127.0.0.1"] });
    await using server = await listenHttps({ cert: own.certificate, key: own.key }, (_q, r) => r.end());
    const error = await failure(connectionTo(`https://127.0.0.1:${server.port}`));
    expect(error.code).toBe("UNKNOWN_CA");
    expect(error.message).toContain("self-signed");
  });

  test("that is accepted all the same with insecure-skip-tls-verify", async () => {
    const own = await issue({ name: "server", dns: ["other.example"] });
    await using server = await listenHttps({ cert: own.certificate, key: own.key }, (_q, r) => r.end());
    const transport = undiciTransport(
      connectionTo(`https://127.0.0.1:${server.port}`, { tls: { insecureSkipVerify: true } }),
    );
    open.push(transport);
    expect((await transport.send({ method: "GET", path: "/" })).status).toBe(200);
  });

  test("that has expired", async () => {
    const notBefore = new Date(Date.now() - 7_200_000);
    const notAfter = new Date(Date.now() - 3_600_000);
    const own = await issue({ name: "server", ips: ["127.0.0.1"], notBefore, notAfter });
    await using server = await listenHttps({ cert: own.certificate, key: own.key }, (_q, r) => r.end());
    const tls = { ca: own.certificate, insecureSkipVerify: false };
    const error = await failure(connectionTo(`https://127.0.0.1:${server.port}`, { tls }));
    expect(error.code).toBe("SERVER_CERTIFICATE_EXPIRED");
  });

  test("for another host, with the names it is for", async () => {
    const own = await issue({ name: "server", dns: ["api.example.com"] });
    await using server = await listenHttps({ cert: own.certificate, key: own.key }, (_q, r) => r.end());
    const tls = { ca: own.certificate, insecureSkipVerify: false };
    const error = await failure(connectionTo(`https://127.0.0.1:${server.port}`, { tls }));
    expect(error.code).toBe("CERTIFICATE_HOST_MISMATCH");
    expect(error.message).toContain('not for "127.0.0.1"');
    expect(error.message).toContain("api.example.com");
    expect(error.hint).toContain("--tls-server-name");
  });
});

describe("the client's certificate", () => {
  test.each([
    ["ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED", "CLIENT_CERTIFICATE_EXPIRED"],
    ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "CLIENT_CERTIFICATE_REJECTED"],
    ["ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE", "CLIENT_CERTIFICATE_REJECTED"],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "CLIENT_CERTIFICATE_REJECTED"],
  ])("refused by the alert %s", (alert, code) => {
    const error = networkError(
      Object.assign(new Error("alert"), { code: alert }),
      { method: "GET", path: "/" },
      connectionTo("https://h", { user: "ann" }),
    );
    expect(error).toMatchObject({ code, name: "ConnectionError" });
  });
});

describe("the network", () => {
  test("a refused connection", async () => {
    const server = await listenHttp(() => {});
    await server[Symbol.asyncDispose]();
    const error = await failure(connectionTo(`http://127.0.0.1:${server.port}`));
    expect(error).toMatchObject({ code: "CONNECTION_REFUSED", retryable: true });
  });

  test("a host that does not exist", async () => {
    const error = networkError(
      Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND", hostname: "gone.example" }),
      { method: "GET", path: "/" },
      connectionTo("https://gone.example"),
    );
    expect(error).toMatchObject({ code: "HOST_NOT_FOUND", retryable: false });
    expect(error.message).toContain("gone.example");
  });

  test("a connection that is cut", async () => {
    await using server = await listenHttp((request) => request.socket.destroy());
    const error = await failure(connectionTo(`http://127.0.0.1:${server.port}`));
    expect(error).toMatchObject({ code: "CONNECTION_LOST", retryable: true });
  });

  test("an answer that is cut in its body", async () => {
    await using server = await listenHttp((_request, response) => {
      response.writeHead(200, { "content-length": 100 }).write("half");
      setImmediate(() => response.destroy());
    });
    expect((await failure(connectionTo(`http://127.0.0.1:${server.port}`))).code).toBe("CONNECTION_LOST");
  });

  test("HTTPS spoken to an HTTP port", async () => {
    await using server = await listenHttp((_q, r) => r.end());
    const error = await failure(connectionTo(`https://127.0.0.1:${server.port}`));
    expect(error.code).toBe("WRONG_SCHEME");
    expect(error.hint).toContain("http://");
  });

  test("HTTP spoken to the HTTPS port of an API server", async () => {
    await using server = await listen(
      net.createServer((socket) =>
        socket.end("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"),
      ),
    );
    const error = await failure(connectionTo(`http://127.0.0.1:${server.port}`));
    expect(error.code).toBe("WRONG_SCHEME");
    expect(error.hint).toContain("https://");
  });

  test("something that is not HTTP", async () => {
    await using server = await listen(net.createServer((socket) => socket.end("SSH-2.0-OpenSSH\r\n")));
    const error = await failure(connectionTo(`http://127.0.0.1:${server.port}`));
    expect(error.code).toBe("MALFORMED_RESPONSE");
  });

  test("a server that never answers is given up after the request's timeout", async () => {
    await using server = await listenHttp(() => {});
    const error = await failure(connectionTo(`http://127.0.0.1:${server.port}`, { requestTimeoutMs: 50 }));
    expect(error.code).toBe("CONNECTION_LOST");
    expect(error.hint).toContain("--request-timeout");
  });
});

test("a header that cannot be sent is the user's mistake, not the network's", async () => {
  await using server = await listenHttp((_q, r) => r.end());
  const transport = undiciTransport(connectionTo(`http://127.0.0.1:${server.port}`));
  open.push(transport);
  const error = await failureOf(transport.send({ method: "GET", path: "/", headers: { "x-a": "s3cret\n" } }));
  expect(error).toMatchObject({ name: "UsageError", code: "INVALID_INPUT" });
  expect(error.message).not.toContain("s3cret");
});
