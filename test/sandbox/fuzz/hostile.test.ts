import fc from "fast-check";
import { expect, test } from "vitest";
import { type Answered, type TestServer, testServer } from "../http/server.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
/** What no request here may take, whatever it says. */
const SLOWEST_MS = 1_000;
const JSON_TYPE = { "content-type": "application/json" };

/** A server with one object that no request of these tests names, and how to see that it is as it was. */
async function guarded(): Promise<TestServer & { check(answer: Answered): Promise<void> }> {
  const server = testServer();
  await server.ask("POST", "/api/v1/namespaces/kube-public/configmaps", {
    metadata: { name: "vault" },
    data: { a: "1" },
  });
  await server.ask("POST", MAPS, { metadata: { name: "target" }, data: { a: "1" } });
  const seen = (): string => JSON.stringify(server.sandbox.registry.get("configmaps", "kube-public", "vault"));
  const before = seen();
  return {
    ...server,
    async check(answer) {
      expect(answer.status).toBeGreaterThanOrEqual(200);
      // A version from the future is told as a time-out, by a real server too.
      if (answer.status !== 504 || !JSON.stringify(answer.body).includes("Too large resource version"))
        expect(answer.status).toBeLessThan(500);
      expect(seen()).toBe(before);
      expect(Object.keys(Object.prototype)).toEqual([]);
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
      expect((await server.ask("GET", "/livez")).status).toBe(200);
    },
  };
}

async function within<T>(work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  expect(performance.now() - began).toBeLessThan(SLOWEST_MS);
  return result;
}

const poison = fc.constantFrom("__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "");
const key = fc.oneof(
  poison,
  fc.string({ maxLength: 8 }),
  fc.constantFrom("metadata", "spec", "data", "labels", "name"),
);
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(null, true, 0, -1, 1e308, "polluted", "\u0000", "\ud800"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map((entries) => {
      const object: Record<string, unknown> = {};
      for (const [name, one] of entries)
        Object.defineProperty(object, name, { value: one, enumerable: true, configurable: true });
      return object;
    }),
  ),
})).value;

/** JSON as a hostile client writes it: `__proto__` stands in it as any other key. */
const text = value.map((one) => JSON.stringify(one) ?? "null");

test("no body of any shape crashes a write or reaches another object", async () => {
  const server = await guarded();
  const writes: [string, string, string][] = [
    ["POST", MAPS, "application/json"],
    ["PUT", `${MAPS}/target`, "application/json"],
    ["PATCH", `${MAPS}/target`, "application/merge-patch+json"],
    ["PATCH", `${MAPS}/target`, "application/strategic-merge-patch+json"],
    ["PATCH", `${MAPS}/target`, "application/json-patch+json"],
    ["PATCH", `${MAPS}/target?fieldManager=f`, "application/apply-patch+yaml"],
    ["POST", "/api/v1/namespaces/default/pods", "application/json"],
    ["POST", "/apis/apps/v1/namespaces/default/deployments", "application/yaml"],
    ["POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "application/json"],
    ["POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "application/json"],
    ["DELETE", `${MAPS}/nobody`, "application/json"],
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...writes), text, async ([method, path, type], body) => {
      await server.check(await within(() => server.ask(method, path, body, { "content-type": type })));
    }),
    { numRuns: 300 },
  );
});

test("a whole object with poisoned parts is stored without what poisons it, or refused", async () => {
  const server = await guarded();
  await fc.assert(
    fc.asyncProperty(text, poison, async (body, name) => {
      const parts = `"metadata":{"name":"m","labels":{${JSON.stringify(name)}:${body}},${JSON.stringify(name)}:${body}}`;
      const object = `{"kind":"ConfigMap","apiVersion":"v1",${parts},${JSON.stringify(name)}:${body}}`;
      await server.check(await within(() => server.ask("POST", MAPS, object)));
      await server.ask("DELETE", `${MAPS}/m`);
    }),
    { numRuns: 100 },
  );
});

const pointer = fc.array(fc.oneof(poison, fc.constantFrom("metadata", "data", "-", "0", "~0", "~1", "name")), {
  maxLength: 4,
});
const operation = fc.record({
  op: fc.constantFrom("add", "remove", "replace", "move", "copy", "test", "eval"),
  path: pointer.map((parts) => ["", ...parts].join("/")),
  from: pointer.map((parts) => ["", ...parts].join("/")),
  value,
});

test("no JSON patch crashes the server or reaches another object", async () => {
  const server = await guarded();
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 4 }), async (patch) => {
      const type = { "content-type": "application/json-patch+json" };
      await server.check(await within(() => server.ask("PATCH", `${MAPS}/target`, JSON.stringify(patch), type)));
    }),
    { numRuns: 200 },
  );
});

test("patches that double an object with every operation are stopped", async () => {
  const server = await guarded();
  const patch = Array.from({ length: 40 }, (_, index) => ({ op: "copy", from: "/data", path: `/data/x${index}` }));
  const type = { "content-type": "application/json-patch+json" };
  await server.check(await within(() => server.ask("PATCH", `${MAPS}/target`, JSON.stringify(patch), type)));
});

const segment = fc.oneof(
  poison,
  fc.constantFrom(
    "api",
    "apis",
    "v1",
    "apps",
    "namespaces",
    "default",
    "pods",
    "..",
    ".",
    "%2e%2e",
    "%2F",
    "%00",
    "%",
    "%zz",
    "watch",
    "proxy",
    "log",
    "status",
  ),
  fc.string({ maxLength: 6 }),
);
const path = fc.array(segment, { maxLength: 9 }).map((parts) => `/${parts.join("/")}`);
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        "labelSelector",
        "fieldSelector",
        "limit",
        "continue",
        "resourceVersion",
        "watch",
        "dryRun",
        "timeoutSeconds",
        "pretty",
        "fieldManager",
        "x",
        "__proto__",
      ),
      fc.oneof(
        fc.string({ maxLength: 12 }),
        fc.constantFrom("((((", "a in (", "!a,!b", "9".repeat(40), "-1", "metadata.name=a", "eyJ2IjoiIn0"),
      ),
    ),
    { maxLength: 4 },
  )
  .map((pairs) =>
    pairs.map(([name, one]) => `${name}=${encodeURIComponent(one.replace(/\p{Surrogate}/gu, "?"))}`).join("&"),
  );

test("no path and no query crashes the server", async () => {
  const server = await guarded();
  const asked = fc.oneof(path, fc.constantFrom(MAPS, `${MAPS}/target`, "/api/v1/pods", "/openapi/v3", "/version"));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
      asked,
      query,
      async (method, one, asking) => {
        let url: URL;
        try {
          url = new URL(`https://sandbox${one}?${asking}`);
        } catch {
          return;
        }
        if (/^\/api(s)?\/.*(watch)/.test(url.pathname) || url.searchParams.has("watch")) return;
        if (method === "DELETE" && url.pathname.includes("kube-public")) return;
        const body = method === "GET" || method === "OPTIONS" ? undefined : "{}";
        await server.check(await within(() => server.ask(method, `${url.pathname}${url.search}`, body)));
      },
    ),
    { numRuns: 500 },
  );
});

test.each([
  ["nested arrays", "[".repeat(1_400_000)],
  ["nested objects", `${'{"a":'.repeat(300_000)}1${"}".repeat(300_000)}`],
  ["nested closed arrays", `{"data":${"[".repeat(700_000)}${"]".repeat(700_000)}}`],
  ["a long number", `{"data":{"a":${"9".repeat(2_000_000)}}}`],
  ["many keys", `{"data":{${Array.from({ length: 150_000 }, (_, i) => `"k${i}":"v"`).join()}}}`],
  ["the same key again", `{"data":{${'"k":"v",'.repeat(200_000)}"k":"v"}}`],
  ["a label with repetitions", JSON.stringify({ metadata: { name: "m", labels: { a: "a".repeat(2_000_000) } } })],
])("%s is refused or taken in time", async (_what, body) => {
  const server = await guarded();
  const began = performance.now();
  const answer = await server.ask("POST", MAPS, body, JSON_TYPE);
  expect(performance.now() - began).toBeLessThan(4 * SLOWEST_MS);
  await server.check(answer);
  expect(answer.status).toBeGreaterThanOrEqual(400);
});

test.each([
  ["POST", MAPS, "application/yaml"],
  ["PATCH", `${MAPS}/target?fieldManager=f`, "application/apply-patch+yaml"],
])("aliases in a %s of YAML make no more of it than its text", async (method, path, type) => {
  const server = await guarded();
  const levels = "abcdefghi".split("").map((name, index, all) => {
    const below = index === 0 ? '"x"' : `*${all[index - 1]}`;
    return `${name}: &${name} [${Array(9).fill(below).join(",")}]`;
  });
  for (const text of [levels.join("\n"), "a: &a [*a]", `${"- ".repeat(100_000)}x`, "[".repeat(200_000)]) {
    const answer = await within(() => server.ask(method, path, text, { "content-type": type }));
    await server.check(answer);
    expect(answer.status).toBe(400);
  }
});

test.each(["merge-patch+json", "strategic-merge-patch+json", "json-patch+json", "apply-patch+yaml"])(
  "a deeply nested %s is refused",
  async (type) => {
    const server = await guarded();
    const deep = `${'{"data":'.repeat(100_000)}1${"}".repeat(100_000)}`;
    const body = type === "json-patch+json" ? `[{"op":"add","path":"/data/a","value":${deep}}]` : deep;
    const answer = await within(() =>
      server.ask("PATCH", `${MAPS}/target?fieldManager=f`, body, { "content-type": `application/${type}` }),
    );
    await server.check(answer);
    expect(answer.status).toBeGreaterThanOrEqual(400);
  },
);
