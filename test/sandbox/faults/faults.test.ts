import { expect, test } from "vitest";
import { breakableBody } from "../../../src/sandbox/faults/breakable-body.ts";
import type { Fault, FaultOptions } from "../../../src/sandbox/index.ts";
import { testServer } from "../http/server.ts";

const PODS = "/api/v1/namespaces/default/pods";
const OVERLOAD: Fault = { type: "tooManyRequests", retryAfterSeconds: 3 };

test.each<[FaultOptions, string, number]>([
  [{}, "/healthz", 429],
  [{ resource: "pods" }, PODS, 429],
  [{ resource: "pods" }, "/api/v1/pods?limit=1", 429],
  [{ resource: "pods" }, `${PODS}/web/log`, 404],
  [{ resource: "pods/log" }, `${PODS}/web/log`, 429],
  [{ resource: "deployments.apps" }, "/apis/apps/v1/deployments", 429],
  [{ resource: "deployments" }, "/apis/apps/v1/deployments", 200],
  [{ verb: "list" }, `${PODS}/web`, 404],
  [{ verb: "get", name: "web", namespace: "default" }, `${PODS}/web`, 429],
  [{ verb: "get", name: "db" }, `${PODS}/web`, 404],
  [{ method: "get", path: "/version" }, "/version?x=1", 429],
  [{ path: /^\/apis\//g }, "/apis/apps/v1", 429],
  [{ method: "POST" }, "/version", 200],
])("a fault of %j meets GET %s with %i", async (match, path, status) => {
  const { sandbox, ask } = testServer();
  const fault = sandbox.faults.inject(OVERLOAD, match);
  const answer = await ask("GET", path);
  expect(answer.status).toBe(status);
  expect(answer.headers.get("retry-after")).toBe(status === 429 ? "3" : null);
  expect(fault.hits).toBe(status === 429 ? 1 : 0);
});

test("a fault ends by its count, by its time, by being removed, and all end at once", async () => {
  const { sandbox, clock, ask } = testServer();
  const status = async (): Promise<number> => (await ask("GET", PODS)).status;
  sandbox.faults.inject(OVERLOAD, { times: 1 });
  expect([await status(), await status()]).toEqual([429, 200]);
  sandbox.faults.inject(OVERLOAD, { forMs: 1000 });
  clock.advance(999);
  expect(await status()).toBe(429);
  clock.advance(1);
  expect(await status()).toBe(200);
  const fault = sandbox.faults.inject(OVERLOAD);
  expect(await status()).toBe(429);
  fault.remove();
  expect(await status()).toBe(200);
  sandbox.faults.inject(OVERLOAD);
  sandbox.faults.inject({ type: "serverError" });
  sandbox.faults.clear();
  expect(await status()).toBe(200);
});

test("latencies add up by the sandbox's clock, and the first of other faults comes about", async () => {
  const { sandbox, clock, ask } = testServer();
  sandbox.faults.inject({ type: "latency", ms: 1000 });
  sandbox.faults.inject({ type: "serverError", status: 503 });
  sandbox.faults.inject({ type: "latency", ms: 500 });
  const unmet = sandbox.faults.inject(OVERLOAD);
  let status = 0;
  const answered = ask("GET", PODS).then((answer) => {
    status = answer.status;
  });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  clock.advance(1000);
  await turn();
  clock.advance(499);
  await turn();
  expect(status).toBe(0);
  clock.advance(1);
  await answered;
  expect([status, unmet.hits]).toEqual([503, 0]);
});

test("compacted history refuses older watches and pages with 410", async () => {
  const { sandbox, ask, watch } = testServer();
  for (const name of ["a", "b"]) await ask("POST", "/api/v1/namespaces/default/configmaps", { metadata: { name } });
  const { body } = await ask("GET", "/api/v1/configmaps?limit=1");
  const { continue: token, resourceVersion } = body.metadata as { continue: string; resourceVersion: string };
  sandbox.faults.compactHistory();
  expect((await ask("GET", `/api/v1/configmaps?limit=1&continue=${token}`)).body).toMatchObject({ reason: "Expired" });
  const old = await watch(`/api/v1/configmaps?watch=1&resourceVersion=${resourceVersion}`);
  expect(await old.events()).toMatchObject([{ type: "ERROR", object: { code: 410 } }]);
});

test("a token that was rotated logs nobody in, and one that nobody has cannot be", async () => {
  const { sandbox } = testServer();
  expect(() => sandbox.faults.rotateToken("secret", "other")).toThrow("Cannot rotate the token: no user has it");
});

test.each([
  [{ afterBytes: 0 }, ""],
  [{ afterBytes: 5 }, "one\nt"],
  [{ afterBytes: 4 }, "one\n"],
  [{ afterLines: 2 }, "one\ntwo\n"],
  [{ afterLines: 2, afterBytes: 6 }, "one\ntw"],
  [{ afterLines: 1, afterBytes: 6 }, "one\n"],
])("a body cut %j lets through %j", async (at, expected) => {
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (const chunk of ["on", "e\ntwo\nth", "ree\n"]) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });
  const { stream } = breakableBody(source, { at: { ...at, how: "cut" } });
  const reader = stream.getReader();
  let text = "";
  const reading = (async () => {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      text += Buffer.from(next.value).toString();
    }
  })();
  await expect(reading).rejects.toMatchObject({ code: "ECONNRESET" });
  expect(text).toBe(expected);
});
