import { describe, expect, it } from "vitest";
import { observedAccesses } from "../../src/schedule/observed-access.ts";

describe("rights that an observed request needs", () => {
  it("are the request's verb on its resource in its namespace", () => {
    expect(observedAccesses({ method: "GET", path: "/apis/batch/v1/namespaces/ops/jobs" })).toEqual([
      { verb: "list", group: "batch", resource: "jobs", namespace: "ops" },
    ]);
    expect(observedAccesses({ method: "GET", path: "/api/v1/nodes/one" })).toEqual([
      { verb: "get", group: "", resource: "nodes", namespace: undefined },
    ]);
  });

  it("are list and watch for a watch, which may fall back to a list", () => {
    const accesses = observedAccesses({ method: "GET", path: "/api/v1/pods", query: { watch: true } });
    expect(accesses.map(({ verb }) => verb)).toEqual(["list", "watch"]);
  });

  it("are create and patch for server-side apply", () => {
    const headers = { "content-type": "application/apply-patch+yaml" };
    const path = "/api/v1/namespaces/ops/configmaps/c";
    expect(observedAccesses({ method: "PATCH", path, headers }).map(({ verb }) => verb)).toEqual(["create", "patch"]);
  });

  it("name the sub-resource", () => {
    const path = "/apis/apps/v1/namespaces/ops/deployments/web/scale";
    expect(observedAccesses({ method: "PATCH", path })[0]?.resource).toBe("deployments/scale");
  });

  it("are none for discovery", () => {
    expect(observedAccesses({ method: "GET", path: "/apis" })).toEqual([]);
    expect(observedAccesses({ method: "GET", path: "/openapi/v3" })).toEqual([]);
  });
});
