import { describe, expect, it } from "vitest";
import { checkLayers, circles, type Import, wrongDirection } from "../../scripts/check-layers.ts";

const at = (from: string, to: string, how: Import["how"] = "load"): Import => ({ from, to, how });

describe("the layer check", () => {
  it("lets a right-hand layer import a left-hand one", () => {
    expect(wrongDirection(at("resources/client.ts", "core/request.ts"))).toBeUndefined();
  });

  it("refuses the other direction, also for types", () => {
    expect(wrongDirection(at("core/request.ts", "transport/transport.ts", "type"))).toContain("core may import errors");
  });

  it("refuses the sandbox to the client, and lets the command line load it lazily only", () => {
    expect(wrongDirection(at("runtime/cluster.ts", "sandbox/sandbox.ts", "lazy"))).toContain("runtime");
    expect(wrongDirection(at("cli/main.ts", "sandbox/sandbox.ts"))).toContain("import()");
    expect(wrongDirection(at("cli/main.ts", "sandbox/sandbox.ts", "lazy"))).toBeUndefined();
  });

  it("refuses the client's layers to the sandbox", () => {
    expect(wrongDirection(at("sandbox/http/handler.ts", "transport/transport.ts"))).toContain("sandbox may import");
  });

  it("finds a circle and names the files it runs through", () => {
    expect(circles([at("a.ts", "b.ts"), at("b.ts", "c.ts"), at("c.ts", "a.ts")])).toEqual([
      ["a.ts", "b.ts", "c.ts", "a.ts"],
    ]);
    expect(circles([at("a.ts", "b.ts"), at("b.ts", "a.ts", "type")])).toEqual([]);
  });

  it("finds nothing wrong with the sources as they are", () => {
    expect(checkLayers("src")).toEqual([]);
  });
});
