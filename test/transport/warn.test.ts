import { describe, expect, it } from "vitest";
import { handlerTransport } from "../../src/transport/handler-transport.ts";
import { warn, warningsOf } from "../../src/transport/warn.ts";

describe("warnings", () => {
  it("are read from one header, several headers and several values, with what is escaped", () => {
    expect(warningsOf(undefined)).toEqual([]);
    expect(warningsOf('299 - "unknown field \\"spec.foo\\""')).toEqual(['unknown field "spec.foo"']);
    expect(warningsOf(['299 - "one", 299 kube "two"', '299 - "three"'])).toEqual(["one", "two", "three"]);
    expect(warningsOf("nonsense")).toEqual([]);
  });

  it("are told for every answer, which stays as it is", async () => {
    const told: string[] = [];
    const inner = handlerTransport(async () => new Response("{}", { headers: { warning: '299 - "old"' } }));
    const answer = await warn(inner, (text) => told.push(text)).send({ method: "GET", path: "/api" });
    expect([answer.status, told]).toEqual([200, ["old"]]);
  });
});
