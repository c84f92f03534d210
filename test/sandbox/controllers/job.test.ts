import fc from "fast-check";
import { expect, test } from "vitest";
import { formatIndexes, parseIndexes } from "../../../src/sandbox/controllers/job/indexes.ts";
import type { Job } from "../../../src/sandbox/controllers/kinds.ts";
import { type Cluster, startCluster } from "./harness.ts";

function job(spec: object = {}, command: string[] = ["sh", "-c", "echo done"]): object {
  const containers = [{ name: "m", image: "busybox:1", command }];
  return { metadata: { name: "j" }, spec: { template: { spec: { restartPolicy: "Never", containers } }, ...spec } };
}

function live(cluster: Cluster): Job {
  return cluster.get("jobs.batch", "j") as Job;
}

function conditions(cluster: Cluster): string[] {
  return (live(cluster).status?.conditions ?? []).map(({ type, status, reason }) => `${type} ${status} ${reason}`);
}

test("a finished job has the status that a real one has", () => {
  const cluster = startCluster();
  cluster.create("jobs.batch", job({ backoffLimit: 0 }));
  cluster.until(() => live(cluster).status?.completionTime !== undefined);
  const { conditions: ends, startTime, completionTime, ...rest } = live(cluster).status ?? {};
  expect(rest).toEqual({ succeeded: 1, terminating: 0, uncountedTerminatedPods: {}, ready: 0 });
  expect(ends?.map(({ type, reason, message }) => [type, reason, message])).toEqual(
    ["SuccessCriteriaMet", "Complete"].map((type) => [
      type,
      "CompletionsReached",
      "Reached expected number of succeeded pods",
    ]),
  );
  expect([startTime, completionTime]).not.toContain(undefined);
  expect(cluster.registry.list("pods").map((pod) => pod.metadata.finalizers)).toEqual([undefined]);
  expect(cluster.reasons("Job")).toEqual(["SuccessfulCreate", "Completed"]);
  expect(cluster.errors).toEqual([]);
});

test("a pod is counted only after its finalizer is gone", () => {
  const cluster = startCluster();
  const seen = cluster.record("jobs.batch");
  cluster.create("jobs.batch", job());
  cluster.until(() => live(cluster).status?.completionTime !== undefined);
  const steps = seen.map(({ object }) => {
    const { uncountedTerminatedPods: waiting, succeeded = 0 } = (object as Job).status ?? {};
    return `${waiting?.succeeded?.length ?? 0} uncounted, ${succeeded} counted`;
  });
  expect([...new Set(steps)]).toEqual(["0 uncounted, 0 counted", "1 uncounted, 0 counted", "0 uncounted, 1 counted"]);
});

test("no more pods than the parallelism run at once, and as many succeed as are asked for", () => {
  const cluster = startCluster();
  cluster.create("jobs.batch", job({ completions: 7, parallelism: 3 }));
  let most = 0;
  cluster.until(() => {
    const phases = cluster.registry.list("pods").map((pod) => (pod.status as { phase: string }).phase);
    most = Math.max(most, phases.filter((phase) => phase !== "Succeeded").length);
    return live(cluster).status?.completionTime !== undefined;
  });
  expect(most).toBe(3);
  expect(live(cluster).status?.succeeded).toBe(7);
});

test("an Indexed job gives each index a pod of its own", () => {
  const cluster = startCluster();
  cluster.create("jobs.batch", job({ completions: 5, parallelism: 2, completionMode: "Indexed" }));
  cluster.until(() => live(cluster).status?.completionTime !== undefined);
  expect(live(cluster).status).toMatchObject({ succeeded: 5, completedIndexes: "0-4" });
  const hostnames = cluster.registry.list("pods").map((pod) => (pod.spec as { hostname: string }).hostname);
  expect(hostnames.sort()).toEqual(["j-0", "j-1", "j-2", "j-3", "j-4"]);
});

test("a failing job tries again after its back-off, and gives up at the limit", () => {
  const cluster = startCluster();
  const start = cluster.clock.now();
  cluster.create("jobs.batch", job({ backoffLimit: 2 }, ["sh", "-c", "exit 3"]));
  cluster.until(() => conditions(cluster).some((one) => one.startsWith("Failed ")));
  expect(conditions(cluster)).toEqual(["FailureTarget True BackoffLimitExceeded", "Failed True BackoffLimitExceeded"]);
  expect(live(cluster).status?.failed).toBe(3);
  expect(cluster.clock.now() - start).toBeGreaterThan(29_000);
  expect(cluster.reasons("Job").at(-1)).toBe("BackoffLimitExceeded");
});

test("a job beyond its deadline is stopped and failed", () => {
  const cluster = startCluster();
  cluster.create("jobs.batch", job({ activeDeadlineSeconds: 5 }, ["sleep", "600"]));
  cluster.until(() => conditions(cluster).includes("Failed True DeadlineExceeded"), 20_000);
  cluster.clock.advance(1000);
  expect(cluster.registry.list("pods")).toEqual([]);
});

test("a suspended job has no pods until it is resumed", () => {
  const cluster = startCluster();
  cluster.create("jobs.batch", job({ suspend: true }));
  cluster.clock.advance(5000);
  expect(cluster.registry.list("pods")).toEqual([]);
  expect(conditions(cluster)).toEqual(["Suspended True JobSuspended"]);
  cluster.registry.modify(
    "jobs.batch",
    "default",
    "j",
    (object) => ({ ...object, spec: { ...(object as Job).spec, suspend: false } }),
    { manager: "test" },
  );
  cluster.until(() => live(cluster).status?.completionTime !== undefined);
  expect(conditions(cluster)[0]).toBe("Suspended False JobResumed");
});

test("a finished job goes with its pods when its time to live is over", () => {
  const cluster = startCluster();
  cluster.create("jobs.batch", job({ ttlSecondsAfterFinished: 60 }));
  cluster.until(() => live(cluster).status?.completionTime !== undefined);
  cluster.clock.advance(58_000);
  expect(cluster.registry.list("pods")).toHaveLength(1);
  cluster.clock.advance(5_000);
  expect([cluster.registry.list("jobs.batch"), cluster.registry.list("pods")]).toEqual([[], []]);
});

test("deleting a running job lets its pods go in spite of their finalizers", () => {
  const cluster = startCluster();
  cluster.create("jobs.batch", job({}, ["sleep", "600"]));
  cluster.clock.advance(2000);
  cluster.registry.delete("jobs.batch", "default", "j", { propagationPolicy: "Background" });
  cluster.until(() => cluster.registry.list("pods").length === 0);
  expect(cluster.errors).toEqual([]);
});

test("indexes survive being written as text", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat({ max: 300 })), (indexes) => {
      const sorted = [...indexes].sort((a, b) => a - b);
      expect([...parseIndexes(formatIndexes(indexes))]).toEqual(sorted);
    }),
  );
  expect(formatIndexes([0, 1, 2, 4, 6, 7])).toBe("0-2,4,6,7");
});
