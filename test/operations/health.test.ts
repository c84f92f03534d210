import { expect, test } from "vitest";
import type { OperationContext } from "../../src/operations/context.ts";
import { type HealthOptions, health } from "../../src/operations/health/health.ts";
import { readChecks } from "../../src/operations/health/read-checks.ts";
import { exchangeOf } from "../sandbox/recordings.ts";
import { sandboxResources } from "../support/sandbox-resources.ts";
import { failureOf } from "../transport/support/failure.ts";

/** Asks a server whose answers may be others than the sandbox's. */
async function asked(
  options: HealthOptions = {},
  fail?: (path: string) => Response | undefined,
): ReturnType<typeof health> {
  const server = sandboxResources({ fail: (request) => fail?.(new URL(request.url).pathname) });
  const context = { transport: server.transport, signalFor: (signal: unknown) => signal } as OperationContext;
  try {
    return await health(context, options);
  } finally {
    await server.close();
  }
}

test("a real server's checks are read, every line of them", () => {
  const body = verbose("GET /livez?verbose");
  const checks = readChecks(body);
  expect(checks).toHaveLength(body.trim().split("\n").length - 1);
  expect(checks).toContainEqual({ check: "etcd", ok: true, message: "ok" });
});

test("the sandbox has some of the real server's checks", async () => {
  const real = readChecks(verbose("GET /livez?verbose")).map(({ check }) => check);
  const ours = (await asked({ endpoints: ["livez"] })).map(({ check }) => check);
  expect(ours).toContain("etcd");
  expect(real).toEqual(expect.arrayContaining(ours));
});

test("both endpoints are asked, and an excluded check says so", async () => {
  const checks = await asked({ exclude: "etcd" });
  expect(new Set(checks.map(({ endpoint }) => endpoint))).toEqual(new Set(["livez", "readyz"]));
  const etcd = { endpoint: "readyz", check: "etcd", ok: true, message: "excluded: ok" };
  expect(checks).toContainEqual(etcd);
  expect(checks.every(({ ok }) => ok)).toBe(true);
  const unknown = await failureOf(asked({ exclude: ["etcd", "ectd"] }));
  expect([unknown.message, unknown.hint]).toEqual([
    expect.stringContaining('"ectd"'),
    expect.stringContaining("ping, etcd"),
  ]);
});

test("a failing check is a value", async () => {
  const failing = "[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed\n";
  const checks = await asked({}, (path) => (path === "/readyz" ? new Response(failing, { status: 500 }) : undefined));
  expect(checks.filter(({ ok }) => !ok)).toEqual([
    { endpoint: "readyz", check: "etcd", ok: false, message: "failed: reason withheld" },
  ]);
});

test("an endpoint that lists no check speaks for itself", async () => {
  const checks = await asked({ endpoints: ["livez", "readyz"] }, (path) =>
    path === "/livez" ? new Response("ok") : new Response("shutting down\n", { status: 500 }),
  );
  expect(checks).toEqual([
    { endpoint: "livez", check: "livez", ok: true, message: "ok" },
    { endpoint: "readyz", check: "readyz", ok: false, message: "shutting down" },
  ]);
});

test("a server that has neither is asked by its old endpoint", async () => {
  const checks = await asked({}, (path) => (path === "/healthz" ? undefined : new Response("", { status: 404 })));
  expect(new Set(checks.map(({ endpoint }) => endpoint))).toEqual(new Set(["healthz"]));
});

test("whoever may not ask is told which rule is missing", async () => {
  const status = {
    kind: "Status",
    status: "Failure",
    reason: "Forbidden",
    message: 'forbidden: User "ann" cannot get path "/livez"',
    code: 403,
  };
  const failure = await failureOf(asked({}, () => Response.json(status, { status: 403 })));
  expect(failure).toMatchObject({ code: "FORBIDDEN", hint: expect.stringContaining('nonResourceURLs: ["/livez"]') });
});

function verbose(name: string): string {
  return String(exchangeOf("discovery", name).response.body);
}
