import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import { type TestServer, testServer } from "./server.ts";

const PATH = "/api/v1/namespaces/default/configmaps";
let server: TestServer;

beforeEach(() => {
  server = testServer({ historyLimit: 20 });
});

function create(name: string, labels: Record<string, string> = {}): void {
  server.sandbox.registry.create("configmaps", "default", { metadata: { name, labels } }, { manager: "test" });
}

function namesOf(body: Record<string, unknown>): (string | undefined)[] {
  return (body.items as ApiObject[]).map(({ metadata }) => metadata.name);
}

function continueOf(body: Record<string, unknown>): string {
  return (body.metadata as { continue?: string }).continue ?? "";
}

describe("a list", () => {
  it("comes in pages of one state of the store, whatever is written between them", async () => {
    for (const name of ["a", "b", "c", "d", "e"]) create(name);
    const first = await server.ask("GET", `${PATH}?limit=2`);
    create("aa");
    server.sandbox.registry.delete("configmaps", "default", "d");
    const second = await server.ask("GET", `${PATH}?limit=2&continue=${continueOf(first.body)}`);
    const third = await server.ask("GET", `${PATH}?limit=2&continue=${continueOf(second.body)}`);
    expect([first, second, third].flatMap(({ body }) => namesOf(body))).toEqual(["a", "b", "c", "d", "e"]);
    expect(second.body.metadata).toMatchObject({ remainingItemCount: 1 });
    expect(third.body.metadata).toEqual({
      resourceVersion: (first.body.metadata as { resourceVersion: string }).resourceVersion,
    });
  });

  it("whose pages are of a forgotten state says so, and gives a token that goes on in the present one", async () => {
    for (const name of ["a", "b", "c"]) create(name);
    const first = await server.ask("GET", `${PATH}?limit=1`);
    server.sandbox.store.compact();
    create("bb");
    server.sandbox.store.compact();
    const expired = await server.ask("GET", `${PATH}?limit=5&continue=${continueOf(first.body)}`);
    expect(expired).toMatchObject({ status: 410, body: { reason: "Expired" } });
    const rest = await server.ask("GET", `${PATH}?limit=5&continue=${continueOf(expired.body)}`);
    expect(namesOf(rest.body)).toEqual(["b", "bb", "c"]);
  });

  it("of an exact version shows that version", async () => {
    create("a");
    const { body } = await server.ask("GET", PATH);
    create("b");
    const { resourceVersion } = body.metadata as { resourceVersion: string };
    const exact = await server.ask("GET", `${PATH}?resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`);
    expect(namesOf(exact.body)).toEqual(["a"]);
  });

  it("with a selector pages through exactly what it selects", async () => {
    for (let index = 0; index < 9; index += 1) create(`c${index}`, { parity: index % 2 === 0 ? "even" : "odd" });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), async (limit) => {
        const names: (string | undefined)[] = [];
        let token = "";
        do {
          const { body } = await server.ask("GET", `${PATH}?limit=${limit}&labelSelector=parity=odd&continue=${token}`);
          names.push(...namesOf(body));
          token = continueOf(body);
        } while (token !== "");
        expect(names).toEqual(["c1", "c3", "c5", "c7"]);
      }),
      { numRuns: 6 },
    );
  });

  it("leaves kind and version out of built-in items", async () => {
    create("a");
    const { body } = await server.ask("GET", PATH);
    expect(Object.keys((body.items as object[])[0] ?? {})).toEqual(["metadata"]);
  });

  it("selects by the fields that its kind allows, and no others", async () => {
    const pods = "/api/v1/pods?fieldSelector=";
    expect((await server.ask("GET", `${pods}spec.nodeName=node0`)).status).toBe(200);
    expect(await server.ask("GET", `${pods}spec.priority=1`)).toMatchObject({
      status: 400,
      body: { message: "field label not supported: spec.priority" },
    });
  });

  it("a version that no number can be is refused as one that is none", async () => {
    const most = 2n ** 64n - 1n;
    const told = await server.ask("GET", `${PATH}?resourceVersion=${most + 1n}`);
    expect(told.status).toBe(400);
    expect(told.body.message).toContain(`strconv.ParseUint: parsing "${most + 1n}": value out of range`);
    expect((await server.ask("GET", `${PATH}?resourceVersion=${most}`)).status).toBe(504);
  });
});
