import { describe, expect, it } from "vitest";
import type { Node, Pod } from "../../../src/sandbox/pods/pod.ts";
import { type Candidate, place } from "../../../src/sandbox/pods/scheduling.ts";

function candidate(name: string, pods: number, cpu = 0): Candidate {
  const allocatable = { cpu: "4", memory: "8Gi", pods: "110" };
  const node = { metadata: { name }, status: { allocatable } } as unknown as Node;
  return { node, requested: { cpu }, pods };
}

function pod(requests: Record<string, string> = {}): Pod {
  const spec = { containers: [{ name: "m", image: "busybox", resources: { requests } }] };
  return { metadata: { name: "p", namespace: "default" }, spec } as unknown as Pod;
}

describe("among nodes that all would do", () => {
  it("the one with the least requested is chosen", () => {
    expect(place(pod({ cpu: "1" }), [candidate("a", 1, 2), candidate("b", 9, 1)]).node).toBe("b");
  });

  it("pods without requests spread over the nodes with the fewest pods", () => {
    expect(place(pod(), [candidate("a", 3), candidate("b", 1), candidate("c", 2)]).node).toBe("b");
  });

  it("the first by name is chosen when nothing tells them apart", () => {
    expect(place(pod(), [candidate("b", 1), candidate("a", 1)]).node).toBe("a");
  });
});
