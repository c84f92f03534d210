import { expect, test } from "vitest";
import type { Deployment, Job } from "../../../src/sandbox/controllers/kinds.ts";
import type { ContainerStatus, Pod } from "../../../src/sandbox/pods/pod.ts";
import { createSandbox } from "../../../src/sandbox/sandbox.ts";
import { manualClock } from "../controllers/harness.ts";

test("the starter workload has something healthy, something rolling, something broken", () => {
  const clock = manualClock();
  const errors: unknown[] = [];
  const { registry, close } = createSandbox({ clock, starter: true, onError: (error) => errors.push(error) });
  const deployment = (name: string) => registry.get("deployments.apps", "shop", name) as Deployment;
  const waiting = (name: string): (string | undefined)[] =>
    (registry.list("pods", "shop") as Pod[])
      .filter((pod) => pod.metadata.name?.startsWith(`${name}-`))
      .flatMap((pod) => pod.status?.containerStatuses ?? [])
      .map((status: ContainerStatus) => status.state.waiting?.reason);
  clock.advance(10_000);
  expect(deployment("web").status?.availableReplicas).toBe(3);
  expect(deployment("cart").status).toMatchObject({ availableReplicas: 4, updatedReplicas: 1 });
  expect(waiting("recommendations")).toEqual(["ImagePullBackOff"]);
  expect(waiting("payments")).toEqual(["CrashLoopBackOff"]);
  clock.advance(90_000);
  expect(deployment("cart").status).toMatchObject({ availableReplicas: 4, updatedReplicas: 4, replicas: 4 });
  const ends = ["migrate-schema", "import-catalog"].map(
    (name) => (registry.get("jobs.batch", "shop", name) as Job).status?.conditions?.at(-1)?.type,
  );
  expect(ends).toEqual(["Complete", "Failed"]);
  expect(registry.list("pods", "kube-system").every((pod) => (pod as Pod).status?.phase === "Running")).toBe(true);
  expect(errors).toEqual([]);
  close();
});
