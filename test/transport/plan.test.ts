import { describe, expect, test } from "vitest";
import { type PlannedWrite, plan } from "../../src/transport/plan.ts";
import { failureOf } from "./support/failure.ts";
import { fakeTransport, textOf } from "./support/fake-transport.ts";

const object = "/apis/apps/v1/namespaces/x/deployments/web";
function planned(status = 200) {
  const writes: PlannedWrite[] = [];
  const inner = fakeTransport(({ method }) => ({
    status: method === "GET" ? 200 : status,
    body: { of: method },
  }));
  return { writes, inner, transport: plan(inner, (write) => writes.push(write)) };
}

test("reads and reviews pass untouched", async () => {
  const { writes, inner, transport } = planned();
  const reads = [
    { method: "GET", path: object },
    { method: "POST", path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body: "{}" },
    { method: "POST", path: "/apis/authentication.k8s.io/v1/selfsubjectreviews", body: "{}" },
  ];
  for (const read of reads) await transport.send(read);
  expect(inner.sent).toEqual(reads);
  expect(writes).toEqual([]);
});

test("writes become dry runs and are told of, with the object before and after", async () => {
  const { writes, inner, transport } = planned();
  const request = { method: "PATCH", path: object, query: { force: true }, body: "{}" };
  const answer = await transport.send(request);
  expect(textOf(answer.body)).toBe('{"of":"PATCH"}');
  expect(inner.sent.at(-1)?.query).toEqual({ force: true, dryRun: "All" });
  expect(writes).toEqual([{ request, status: 200, before: { of: "GET" }, after: { of: "PATCH" } }]);
});

test("what is only tried is no change, a deletion only if its body says so", async () => {
  const { writes, inner, transport } = planned();
  const tried = { method: "PATCH", path: object, query: { dryRun: "All" }, body: "{}" };
  const deletion = { method: "DELETE", path: object, query: { dryRun: "All" } };
  await transport.send(tried);
  await transport.send({ ...deletion, body: '{"dryRun":["All"]}' });
  expect(inner.sent.map(({ method }) => method)).toEqual(["PATCH", "DELETE"]);
  expect(writes).toEqual([]);
  await transport.send({ ...deletion, body: "{}" });
  expect(writes).toHaveLength(1);
});

test("a create has nothing before it", async () => {
  const { writes, inner, transport } = planned(201);
  await transport.stream({ method: "POST", path: "/api/v1/namespaces/x/pods", body: "{}" });
  expect(inner.sent).toHaveLength(1);
  expect(writes[0]).toMatchObject({ status: 201, before: undefined, after: { of: "POST" } });
});

test("a delete's options are changed too: the server obeys them instead of the query", async () => {
  const { inner, transport } = planned();
  await transport.send({ method: "DELETE", path: object, body: '{"propagationPolicy":"Foreground"}' });
  expect(JSON.parse(String(inner.sent.at(-1)?.body))).toEqual({ propagationPolicy: "Foreground", dryRun: ["All"] });
});

test("a write that the server refuses is no planned write", async () => {
  const { writes, transport } = planned(409);
  expect((await transport.send({ method: "PUT", path: object, body: "{}" })).status).toBe(409);
  expect(writes).toEqual([]);
});

describe("what has no dry run is refused and never sent", () => {
  test.each([
    ["POST", "/anything"],
    ["POST", "/api/v1/namespaces/x/services/web/proxy/reset"],
    ["POST", "/api/v1/namespaces/x/serviceaccounts/default/token"],
  ])("%s %s", async (method, path) => {
    const { inner, transport } = planned();
    expect((await failureOf(transport.send({ method, path, body: "{}" }))).code).toBe("NO_DRY_RUN");
    expect(inner.sent).toEqual([]);
  });

  test("exec", async () => {
    const { inner, transport } = planned();
    await failureOf(transport.open({ path: "/api/v1/namespaces/x/pods/y/exec", protocols: [] }));
    expect(inner.opened).toEqual([]);
  });
});
