import { afterEach, expect, test } from "vitest";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import { type Cluster, startCluster } from "./harness.ts";

let cluster: Cluster;
afterEach(() => cluster.stop());

const CPU = "sandbox.kubescript.dev/cpu";
const labels = { app: "web" };

function start(cpu: string, autoscaler: object = {}, replicas = 2, requests: object = { cpu: "100m" }): void {
  cluster = startCluster();
  cluster.create("deployments.apps", {
    metadata: { name: "web" },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { [CPU]: cpu } },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name: "web", image: "busybox:1", command: ["sleep", "9999"], resources: { requests } }],
        },
      },
    },
  });
  cluster.create("horizontalpodautoscalers.autoscaling", {
    metadata: { name: "web" },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      minReplicas: 1,
      maxReplicas: 10,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } },
      ],
      ...autoscaler,
    },
  });
}

const size = (): unknown => (cluster.get("deployments.apps", "web").spec as { replicas: number }).replicas;
const status = (): { [field: string]: unknown } =>
  cluster.get("horizontalpodautoscalers.autoscaling", "web").status as { [field: string]: unknown };
const conditions = (): string[] =>
  (status().conditions as { type: string; status: string; reason: string }[]).map(
    (one) => `${one.type}=${one.status} ${one.reason}`,
  );
/** What every pod takes from now on. */
function load(cpu: string): void {
  for (const pod of cluster.registry.list("pods", "default")) {
    const loaded = (live: ApiObject): ApiObject => ({
      ...live,
      metadata: { ...live.metadata, annotations: { ...live.metadata.annotations, [CPU]: cpu } },
    });
    cluster.registry.modify("pods", "default", pod.metadata.name ?? "", loaded, { manager: "test" });
  }
}

test("pods that take more than the target are joined by others, and the status says why", () => {
  start("120m");
  cluster.until(() => size() === 5);
  cluster.clock.advance(1000);
  expect(status()).toMatchObject({
    currentReplicas: 2,
    desiredReplicas: 5,
    currentMetrics: [
      { type: "Resource", resource: { name: "cpu", current: { averageUtilization: 120, averageValue: "120m" } } },
    ],
    lastScaleTime: expect.any(String),
  });
  expect(conditions()).toEqual([
    "AbleToScale=True SucceededRescale",
    "ScalingActive=True ValidMetricFound",
    "ScalingLimited=False DesiredWithinRange",
  ]);
  const event = cluster.registry.list("events").find(({ reason }) => reason === "SuccessfulRescale");
  expect(event?.message).toBe("New size: 5; reason: cpu resource utilization (percentage of request) above target");
});

test("it grows no faster than its policies and no further than its bounds", () => {
  start("1", { maxReplicas: 9 }, 1);
  const sizes: unknown[] = [];
  for (let round = 0; round < 8; round += 1) {
    if (sizes.at(-1) !== size()) sizes.push(size());
    cluster.clock.advance(15_000);
  }
  expect(sizes).toEqual([1, 5, 9]);
  expect(conditions()).toContain("ScalingLimited=True TooManyReplicas");
});

test("it shrinks only after the window, to no less than its least", () => {
  start("50m", { minReplicas: 2 }, 4);
  cluster.clock.advance(60_000);
  expect(size()).toBe(4);
  expect(conditions()).toContain("AbleToScale=True ReadyForNewScale");
  load("1m");
  cluster.clock.advance(280_000);
  expect(size()).toBe(4);
  expect(conditions()).toContain("AbleToScale=True ScaleDownStabilized");
  cluster.clock.advance(60_000);
  expect(size()).toBe(2);
  expect(
    cluster.registry.list("events").some(({ message }) => message === "New size: 2; reason: All metrics below target"),
  ).toBe(true);
});

test("a size beyond the bounds is brought back without any metric", () => {
  start("1m", { maxReplicas: 3 }, 6, {});
  cluster.until(() => size() === 3);
  cluster.clock.advance(40_000);
  expect(size()).toBe(3);
  expect(conditions()).toContain("ScalingActive=False FailedGetResourceMetric");
  expect(cluster.reasons("HorizontalPodAutoscaler")).toContain("FailedGetResourceMetric");
});

test("a target of no pods is left alone, and one that is not there is told of", () => {
  start("1", {}, 0);
  cluster.clock.advance(20_000);
  expect(size()).toBe(0);
  expect(conditions()).toContain("ScalingActive=False ScalingDisabled");
  cluster.registry.delete("deployments.apps", "default", "web");
  cluster.clock.advance(20_000);
  expect(conditions()).toContain("AbleToScale=False FailedGetScale");
  expect(cluster.errors).toEqual([]);
});
