import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Status } from "../../src/errors.ts";
import { refusalError } from "../../src/operations/fetch/api-refusal.ts";
import { proxiedRequest } from "../../src/operations/fetch/proxied-request.ts";
import { parseProxyAddress, proxyTarget, redirectTarget } from "../../src/operations/fetch/proxy-path.ts";
import { plan } from "../../src/transport/plan.ts";
import { retry } from "../../src/transport/retry.ts";
import { type StreamCluster, startStreamCluster } from "../support/stream-cluster.ts";
import { issue } from "../transport/support/certificates.ts";

const ROOT = "/api/v1/namespaces/default/services/web:http/proxy";

test("headers of the connection itself are not handed on", async () => {
  const headers = { connection: "close", "keep-alive": "timeout=1", upgrade: "h2c", "x-own": "1" };
  const request = await proxiedRequest({ method: "post", headers, body: "x" }, "svc/web");
  expect(Object.keys(request.headers ?? {}).sort()).toEqual(["accept", "content-type", "x-own"]);
});

describe("paths behind the proxy", () => {
  test.each([
    ["/healthz", `${ROOT}/healthz`, ""],
    ["healthz?a=1&b&a=2+3", `${ROOT}/healthz`, "a=1&b&a=2+3"],
    ["/", `${ROOT}/`, ""],
    ["/a b/ü%2Fc/", `${ROOT}/a%20b/%C3%BC%2Fc/`, ""],
    ["/a/../../../b#part", `${ROOT}/b`, ""],
    ["//other.example/x", `${ROOT}//other.example/x`, ""],
    ["?q", `${ROOT}/`, "q"],
  ])("%j", (path, expected, rawQuery) => expect(proxyTarget(ROOT, path)).toEqual({ path: expected, rawQuery }));

  test("no path leads out of the proxy", () => {
    const piece = fc.constantFrom("..", ".", "%2e%2e", "%2E.", "a", "", "\\", "//", "?", "#", ":", "@");
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        expect(proxyTarget(ROOT, `/${pieces.join("/")}`).path.startsWith(`${ROOT}/`)).toBe(true);
      }),
    );
  });

  test("a URL is no path", () => {
    expect(() => proxyTarget(ROOT, "http://web/healthz")).toThrow(
      "Cannot fetch http://web/healthz: give the path alone",
    );
  });

  test("what is no text is no path", () => {
    expect(() => proxyTarget(ROOT, { method: "POST" } as never)).toThrow("Cannot fetch: the path is no text");
  });

  test.each([
    ["web", { scheme: "", name: "web", port: "" }],
    ["web:http", { scheme: "", name: "web", port: "http" }],
    ["https:web:", { scheme: "https", name: "web", port: "" }],
    ["https:web:8443", { scheme: "https", name: "web", port: "8443" }],
  ])("the address %s is taken apart", (text, address) => {
    expect(parseProxyAddress(text, "services")).toEqual(address);
  });

  test.each(["", ":80", "ftp:web:21", "a:b:c:d", "web:0", "web:65536", "web/healthz", "http://web:80"])(
    "the address %j is none",
    (text) => {
      expect(() => parseProxyAddress(text, "services")).toThrow(`Cannot fetch from services ${JSON.stringify(text)}`);
    },
  );

  test("redirects are followed behind the same address only", () => {
    const from = { path: `${ROOT}/a/b`, rawQuery: "" };
    expect(redirectTarget(ROOT, from, "c?d")).toEqual({ path: `${ROOT}/a/c`, rawQuery: "d" });
    expect(redirectTarget(ROOT, from, `https://api.example${ROOT}/x`)).toEqual({ path: `${ROOT}/x`, rawQuery: "" });
    for (const out of ["/api/v1/secrets", "../../../secrets", "https://example.com/", `${ROOT}2/x`, "javascript:x"]) {
      expect(redirectTarget(ROOT, from, out)).toBeUndefined();
    }
  });
});

let cluster: StreamCluster;
const servers: Server[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) => response.end("ok");

beforeAll(async () => {
  cluster = await startStreamCluster();
  const { k8s } = cluster;
  await cluster.pod();
  const secure = await issue({ name: "pod", ips: ["127.0.0.1"] });
  const plainPort = await listening(createServer((request, response) => answer(request, response)));
  const securePort = await listening(
    createTlsServer({ cert: secure.certificate, key: secure.key }, (_request, response) => response.end("secure")),
  );
  const ports = [
    { name: "http", containerPort: plainPort },
    { name: "tls", containerPort: securePort },
  ];
  const labels = { app: "web" };
  const containers = [{ name: "main", image: "busybox", ports }];
  await k8s.pods.create({ metadata: { name: "web-0", labels }, spec: { containers } });
  await k8s.pods.wait("web-0", "ready");
  await k8s.services.create({
    metadata: { name: "web" },
    spec: {
      selector: labels,
      ports: [
        { name: "http", port: 80, targetPort: "http" },
        { name: "tls", port: 443, targetPort: "tls" },
      ],
    },
  });
  await k8s.services.create({ metadata: { name: "one" }, spec: { selector: labels, ports: [{ port: plainPort }] } });
  await k8s.services.create({ metadata: { name: "empty" }, spec: { selector: { app: "no" }, ports: [{ port: 80 }] } });
  const ready = new Set<string>();
  for await (const event of k8s.endpointslices.watch()) {
    if (event.type !== "ADDED" && event.type !== "MODIFIED") continue;
    const { metadata, endpoints } = event.object;
    if (endpoints?.[0]?.conditions?.ready === true) ready.add(metadata?.name ?? "");
    if (ready.size === 2) break;
  }
});
afterAll(async () => {
  await cluster.close();
  for (const server of servers) server.close();
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as { port: number }).port;
}

const read = async (request: IncomingMessage): Promise<string> => Buffer.concat(await request.toArray()).toString();

test("all forms of address reach the program, of services and of pods, by number and by name", async () => {
  answer = (request, response) => response.end(request.url);
  const { services, pods } = cluster.k8s;
  const [port] = (await pods.get("web-0")).spec?.containers?.[0]?.ports ?? [];
  const asked = await Promise.all([
    services.fetch("one", "/1"),
    services.fetch("web:http", "/2?a=1&b&a=2"),
    services.fetch("web:80", "/3"),
    services.fetch("http:one:", "/4"),
    services.fetch("https:web:tls", "/5"),
    pods.fetch("web-0", "/6"),
    pods.fetch("web-0:http", "/7/a%20b/"),
    pods.fetch(`web-0:${port?.containerPort}`, "/8"),
    pods.fetch("https:web-0:tls", "/9"),
  ]);
  const texts = await Promise.all(asked.map((one) => one.text()));
  expect(texts).toEqual(["/1", "/2?a=1&b&a=2", "/3", "/4", "secure", "/6", "/7/a%20b/", "/8", "secure"]);
});

test("a node's name is its kubelet", async () => {
  const { nodes } = cluster.k8s;
  expect(await (await nodes.fetch("node0", "/healthz")).text()).toBe("ok");
  const { items } = (await (await nodes.fetch("https:node0:10250", "/pods")).json()) as { items: unknown[] };
  expect(items).toContainEqual(expect.objectContaining({ metadata: expect.objectContaining({ name: "web-0" }) }));
  await expect(nodes.fetch("node0:9100", "/metrics")).rejects.toMatchObject({
    httpStatus: 503,
    message: expect.stringMatching(/^Cannot fetch from nodes "node0:9100": the API server cannot reach it: /),
    hint: "Nothing listens there for the API server.",
  });
});

test("method, headers and body arrive, as text, as bytes and as a stream", async () => {
  answer = (request, response) => {
    void read(request).then((body) => {
      const { method, headers } = request;
      response.end(JSON.stringify([method, headers["content-type"], headers["x-one"], body.length, body.slice(0, 4)]));
    });
  };
  const { services } = cluster.k8s;
  const post = async (body: string | Uint8Array | URLSearchParams | AsyncIterable<Uint8Array>): Promise<unknown> =>
    (await services.fetch("web:http", "/", { method: "post", headers: { "X-One": "1" }, body })).json();
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let piece = 0; piece < 5; piece += 1) yield Buffer.alloc(1024 * 1024, "abcd");
  }
  expect(await post("text")).toEqual(["POST", "text/plain;charset=UTF-8", "1", 4, "text"]);
  expect(await post(new URLSearchParams("a=1"))).toEqual([
    "POST",
    "application/x-www-form-urlencoded;charset=UTF-8",
    "1",
    3,
    "a=1",
  ]);
  expect(await post(Buffer.from("byte"))).toEqual(["POST", null, "1", 4, "byte"]);
  expect(await post(pieces())).toEqual(["POST", null, "1", 5 * 1024 * 1024, "abcd"]);
});

test("the answer is the program's own, whatever its status, and arrives as it is made", async () => {
  answer = (_request, response) => {
    response.writeHead(503, { "content-type": "application/json", "retry-after": "30", "x-two": ["a", "b"] });
    response.write('{"kind":"Status","status":"Failure",');
    response.end('"code":503,"message":"warming up"}');
  };
  const { services } = cluster.k8s;
  const busy = await services.fetch("web:http");
  expect([busy.status, busy.statusText, busy.headers.get("x-two")]).toEqual([503, "Service Unavailable", "a, b"]);
  expect(await busy.json()).toMatchObject({ message: "warming up" });

  let more = (): void => {};
  answer = (_request, response) => {
    response.write("first");
    more = () => void response.end("second");
  };
  const { body } = await services.fetch("web:http");
  const chunks = (body ?? new ReadableStream<Uint8Array>()).getReader();
  expect(Buffer.from((await chunks.read()).value ?? []).toString()).toBe("first");
  more();
  expect(Buffer.from((await chunks.read()).value ?? []).toString()).toBe("second");
});

test("a body that nobody wants, and a signal, end the request in the pod", async () => {
  const gone: Promise<unknown>[] = [];
  answer = (_request, response) => {
    gone.push(once(response, "close"));
    response.write("first");
  };
  const { services } = cluster.k8s;
  await (await services.fetch("web:http")).body?.cancel();
  await gone[0];
  const controller = new AbortController();
  const response = await services.fetch("web:http", "/", { signal: controller.signal });
  controller.abort();
  await expect(response.text()).rejects.toMatchObject({ code: "ABORTED" });
  await gone[1];
});

test("redirects are followed behind the address, and given where they leave it", async () => {
  answer = (request, response) => {
    if (request.url === "/end") return void response.end(`${request.method} end`);
    response.writeHead(302, { location: request.url === "/out" ? "https://example.com/" : "/end" }).end();
  };
  const { services } = cluster.k8s;
  const followed = await services.fetch("web:http", "/start", { method: "POST", body: "x" });
  expect([await followed.text(), followed.redirected, followed.url]).toEqual(["GET end", true, `${ROOT}/end`]);
  const out = await services.fetch("web:http", "/out");
  expect([out.status, out.headers.get("location")]).toEqual([302, "https://example.com/"]);
  const manual = await services.fetch("web:http", "/start", { redirect: "manual" });
  expect([manual.status, manual.headers.get("location")]).toEqual([302, `${ROOT}/end`]);
  await expect(services.fetch("web:http", "/start", { redirect: "error" })).rejects.toThrow("it redirects to");
});

test("a redirect that keeps the method takes along what can be sent twice; one that does not, no body", async () => {
  answer = (request, response) => {
    if (request.url === "/end") {
      void read(request).then((body) =>
        response.end(JSON.stringify([request.method, request.headers["content-type"] ?? null, body])),
      );
    } else response.writeHead(request.url === "/see" ? 303 : 307, { location: "/end" }).end();
  };
  const { services } = cluster.k8s;
  const headers = { "content-type": "text/x" };
  const post = (path: string, body: string | AsyncIterable<Uint8Array>): Promise<Response> =>
    services.fetch("web:http", path, { method: "POST", headers, body });
  expect(await (await post("/again", "text")).json()).toEqual(["POST", "text/x", "text"]);
  expect(await (await post("/see", "text")).json()).toEqual(["GET", null, ""]);
  async function* once(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("text");
  }
  const given = await post("/again", once());
  expect([given.status, given.headers.get("location")]).toEqual([307, `${ROOT}/end`]);
});

test("redirects without end are given up, and none of their bodies is left open", async () => {
  const gone: Promise<unknown>[] = [];
  answer = (_request, response) => {
    gone.push(once(response, "close"));
    response.writeHead(302, { location: "/again" }).write("a page that goes on");
  };
  await expect(cluster.k8s.services.fetch("web:http")).rejects.toThrow(
    'Cannot fetch from services "web:http": it redirects without end',
  );
  expect(gone).toHaveLength(21);
  await Promise.all(gone);
});

test("a long failure of a program's own is given whole", async () => {
  const long = JSON.stringify({ kind: "Status", message: "x".repeat(300_000) });
  answer = (_request, response) => response.writeHead(500, { "content-type": "application/json" }).end(long);
  expect(await (await cluster.k8s.services.fetch("web:http")).text()).toBe(long);
});

test("that a port speaks no TLS is seen in each way in which API servers say so", async () => {
  const address = { scheme: "https", name: "web", port: "80" } as const;
  const proxied = { plural: "services", address, label: 'services "https:web:80"' };
  for (const why of [
    "http: server gave HTTP response to HTTPS client",
    "tls: first record does not look like a TLS handshake",
  ]) {
    const status: Status = { code: 503, message: `error trying to reach service: ${why}` };
    const unasked = (): never => expect.fail("nothing is left open");
    const error = await refusalError(status, { method: "GET", path: "/" }, proxied, unasked, undefined);
    expect(error.hint).toBe("It speaks plain HTTP: leave https: out of the address.");
  }
});

test("what the API server refuses is an error that says what to do", async () => {
  const { services, pods, nodes, configmaps } = cluster.k8s;
  const failure = async (work: Promise<Response>): Promise<unknown> =>
    work.then(
      (response) => response.status,
      ({ message, hint, httpStatus }) => [httpStatus, message, hint],
    );
  expect(await failure(services.fetch("empty"))).toEqual([
    503,
    'Cannot fetch from services "empty": no pod behind it is ready',
    expect.stringContaining("selector"),
  ]);
  await services.create({ metadata: { name: "bare" }, spec: { ports: [{ port: 80 }] } });
  expect((await failure(services.fetch("bare"))) as string[]).toContainEqual(expect.stringContaining("no selector"));
  const far = { type: "ExternalName", externalName: "db.example" } as const;
  await services.create({ metadata: { name: "far" }, spec: far });
  expect(await failure(services.fetch("far"))).toEqual([
    503,
    'Cannot fetch from services "far": it only stands for the name db.example',
    expect.stringContaining("ask that host itself"),
  ]);
  expect(await failure(services.fetch("web"))).toEqual([
    503,
    'Cannot fetch from services "web": its ports have names, and the address has none',
    'Say which, as in "web:http"; it has http (80), tls (443).',
  ]);
  expect(await failure(services.fetch("web:81"))).toEqual([
    503,
    'Cannot fetch from services "web:81": it has no port 81',
    "It has http (80), tls (443).",
  ]);
  await nodes.create({ metadata: { name: "registered" } });
  expect(await failure(nodes.fetch("registered", "/healthz"))).toEqual([
    500,
    'Cannot fetch from nodes "registered": it has told no address',
    expect.stringContaining("kubelet"),
  ]);
  expect(await failure(services.fetch("none:80"))).toEqual([
    404,
    expect.stringContaining('"none" not found'),
    expect.anything(),
  ]);
  expect(await failure(pods.fetch("web-0:1"))).toEqual([
    503,
    expect.stringMatching(
      /^Cannot fetch from pods "web-0:1": the API server cannot reach it: dial tcp .*connection refused$/,
    ),
    expect.stringContaining("Nothing listens there"),
  ]);
  expect(await failure(pods.fetch("https:web-0:http"))).toEqual([
    503,
    expect.stringContaining("server gave HTTP response to HTTPS client"),
    "It speaks plain HTTP: leave https: out of the address.",
  ]);
  expect(await failure(pods.fetch("web-0:grpc"))).toEqual([
    undefined,
    'Cannot fetch from pods "web-0": it does not have a port named "grpc"',
    expect.stringContaining("http ("),
  ]);
  // @ts-expect-error the compiler says so too
  expect(await failure(configmaps.fetch("web"))).toEqual([
    undefined,
    expect.stringContaining("only"),
    expect.anything(),
  ]);
  expect(await failure(services.fetch("web:http", "/", { headers: { authorization: "Basic eDp5" } }))).toEqual([
    undefined,
    'Cannot fetch from services "web:http" with an authorization header: the API server keeps it',
    expect.stringContaining("portForward"),
  ]);
});

test("a handle that only tries, and a plan, read and do not write", async () => {
  answer = (_request, response) => response.end("read");
  const dry = cluster.k8s.dryRun().services;
  expect(await (await dry.fetch("web:http")).text()).toBe("read");
  await expect(dry.fetch("web:http", "/x", { method: "DELETE" })).rejects.toMatchObject({
    code: "NO_DRY_RUN",
    message: `Cannot plan to DELETE ${ROOT}/x: there is no dry run for it`,
  });
  const planned = plan(cluster.k8s.transport, () => {});
  await expect(planned.send({ method: "POST", path: `${ROOT}/x` })).rejects.toMatchObject({ code: "NO_DRY_RUN" });
});

test("a program's own Retry-After is left to the caller", async () => {
  let asked = 0;
  const inner = {
    ...cluster.k8s.transport,
    send: async () => {
      asked += 1;
      return { status: 429, headers: { "retry-after": "0" }, body: new Uint8Array() };
    },
  };
  await retry(inner).send({ method: "GET", path: `${ROOT}/x` });
  expect(asked).toBe(1);
  await retry(inner, { maxTries: 2 }).send({ method: "GET", path: "/api/v1/pods" });
  expect(asked).toBe(3);
});

test("the path alone is given for other clients", async () => {
  expect(await cluster.k8s.services.proxyPath("web:http", "/metrics?x=1")).toBe(`${ROOT}/metrics?x=1`);
  expect(await cluster.k8s.nodes.proxyPath("node0:10250", "/pods")).toBe("/api/v1/nodes/node0:10250/proxy/pods");
});
