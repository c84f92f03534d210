import { afterEach, beforeEach, expect, test } from "vitest";
import type { ResourceHelper } from "../../src/operations/resource-helper.ts";
import type { CustomResourceDefinition } from "../../src/types/apiextensions-v1.ts";
import type { Deployment } from "../../src/types/apps-v1.ts";
import type { HorizontalPodAutoscaler } from "../../src/types/autoscaling-v2.ts";
import { type MovingSandbox, movingSandbox } from "../support/moving-sandbox.ts";

let cluster: MovingSandbox;
let deployments: ResourceHelper<Deployment>;

beforeEach(async () => {
  cluster = movingSandbox();
  deployments = cluster.helper<Deployment>("deployments");
  const labels = { app: "web" };
  await deployments.create({
    metadata: { name: "web" },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "nginx:1" }] } },
    },
  });
});
afterEach(() => cluster.close());

test("a scale holds to its conditions and waits for the pods", async () => {
  await cluster.settled(deployments.rollout.wait("web"));
  await expect(deployments.scale("web", 5, { currentReplicas: 3 })).rejects.toMatchObject({
    code: "CONFLICT",
    message: 'Cannot scale deployments.apps "web" from 3 to 5: it is at 2',
  });
  await expect(deployments.scale("web", 5, { resourceVersion: "1" })).rejects.toMatchObject({ code: "CONFLICT" });
  const { metadata } = await deployments.get("web");
  const version = { resourceVersion: metadata?.resourceVersion };
  const stands = await cluster.settled(deployments.scale("web", 4, { currentReplicas: 2, ...version, wait: true }));
  expect(stands).toMatchObject({ kind: "Scale", spec: { replicas: 4 }, status: { replicas: 4 } });
  expect((await deployments.get("web")).status?.readyReplicas).toBe(4);
  await expect(deployments.scale("web", 1.5, { currentReplicas: 4 })).rejects.toThrow(
    'Cannot scale "web" to 1.5: it takes a whole number from 0',
  );
  const dry = await deployments.scale("web", 9, { dryRun: true, wait: true });
  expect(dry.spec?.replicas).toBe(9);
  expect((await deployments.scale("web")).spec?.replicas).toBe(4);
});

test("a time limit that is no length of time is refused before anything is scaled", async () => {
  await expect(deployments.scale("web", 3, { wait: true, timeoutMs: -1 })).rejects.toMatchObject({
    code: "INVALID_INPUT",
  });
  expect((await deployments.scale("web")).spec?.replicas).toBe(2);
});

test("a wait for replicas ends when something else scales, and names the autoscaler that does", async () => {
  await cluster.settled(deployments.rollout.wait("web"));
  await deployments.autoscale("web", { min: 2, max: 3 });
  const progress = cluster.requests.length;
  const waiting = deployments.scale("web", 5, { wait: true }).catch((error: unknown) => error);
  await cluster.until(() => cluster.requests.slice(progress).some((one) => one.includes("watch=true")));
  await deployments.patch("web", { spec: { replicas: 3 } });
  expect(await cluster.settled(waiting)).toMatchObject({
    code: "WAIT_FAILED",
    message: 'Cannot wait for deployments "web" to have 5 replicas: something else has scaled it to 3',
    hint: 'HorizontalPodAutoscaler "web" keeps it between 2 and 3: change or delete that.',
  });
});

test("a wait for replicas tells at the end of its time why they do not come", async () => {
  await deployments.patch("web", { spec: { template: { spec: { nodeSelector: { no: "where" } } } } });
  const late = deployments.scale("web", 3, { wait: true, timeoutMs: 5000 }).catch((error: unknown) => error);
  expect(await cluster.settled(late)).toMatchObject({
    code: "TIMEOUT",
    message: expect.stringMatching(
      /^Timed out after 5 s waiting for deployments "web" to have 3 replicas: it has \d, \d of them ready\n {2}pod "web-\S+".*: it has no node: .*\n {2}The number was set to 3 all the same\.$/s,
    ),
  });
});

test("a wait for replicas that is interrupted says at once that they were set", async () => {
  const abort = new AbortController();
  const before = cluster.requests.length;
  const waiting = deployments.scale("web", 3, { wait: true, signal: abort.signal }).catch((error: unknown) => error);
  await cluster.until(() => cluster.requests.slice(before).some((one) => one.includes("watch=true")));
  abort.abort();
  expect(await waiting).toMatchObject({
    code: "ABORTED",
    message: "The operation was interrupted\n  The number was set to 3 all the same.",
  });
  expect(cluster.requests.slice(before).filter((one) => /\/(events|pods)\?/.test(one))).toEqual([]);
});

test("the replicas of a custom resource are where its definition says", async () => {
  const definitions = cluster.helper<CustomResourceDefinition>("customresourcedefinitions");
  const free = { type: "object", "x-kubernetes-preserve-unknown-fields": true } as const;
  await definitions.create({
    metadata: { name: "widgets.example.com" },
    spec: {
      group: "example.com",
      names: { plural: "widgets", kind: "Widget" },
      scope: "Namespaced",
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", properties: { spec: free, status: free } } },
          subresources: {
            status: {},
            scale: { specReplicasPath: ".spec.size", statusReplicasPath: ".status.size" },
          },
        },
      ],
    },
  });
  await cluster.settled(definitions.wait("widgets.example.com", "ready"));
  const widgets = cluster.helper<{ spec?: object; status?: object }>("widgets");
  await widgets.create({ metadata: { name: "w" }, spec: { size: 1 } });
  const before = cluster.requests.length;
  const waiting = widgets.scale("w", 3, { wait: true });
  await cluster.until(() => cluster.requests.slice(before).some((one) => one.includes("watch=true")));
  await widgets.status.patch("w", { status: { size: 3 } });
  expect(await cluster.settled(waiting)).toMatchObject({ spec: { replicas: 3 }, status: { replicas: 3 } });
});

test("autoscale makes an autoscaler for what has a scale", async () => {
  const made: HorizontalPodAutoscaler = await deployments.autoscale("web", { min: 2, max: 10, cpuPercent: 70 });
  expect(made).toMatchObject({
    metadata: { name: "web", namespace: "default" },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
      ],
    },
  });
  const other = await deployments.autoscale("web", { name: "other", max: 6, cpu: "500", memory: "60%" });
  expect(other.spec?.metrics?.map(({ resource }) => resource)).toEqual([
    { name: "cpu", target: { type: "AverageValue", averageValue: "500m" } },
    { name: "memory", target: { type: "Utilization", averageUtilization: 60 } },
  ]);
  const amounts = await deployments.dryRun().autoscale("web", { name: "third", max: 6, cpu: "1.5", memory: "200Mi" });
  expect(amounts.spec?.metrics?.map(({ resource }) => resource?.target.averageValue)).toEqual(["1500m", "200Mi"]);
  for (const [wrong, why] of [
    [{ cpu: "70%", cpuPercent: 70 }, /cpu and cpuPercent say the same/],
    [{ memory: 200 as never }, /memory is 200, not a text/],
    [{ cpu: "lots" }, /Cannot read "lots" as a quantity/],
    [{ cpu: "0%" }, /cpu must be a whole number from 1/],
  ] as const) {
    await expect(deployments.autoscale("web", { name: "wrong", max: 6, ...wrong })).rejects.toThrow(why);
  }
  await expect(deployments.autoscale("web", { min: 5, max: 3 })).rejects.toThrow(/min 5 is more than max 3/);
  await expect(deployments.autoscale("web", { max: 1.5 })).rejects.toThrow(/max must be a whole number from 1/);
  await expect(deployments.autoscale("none", { max: 3 })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(cluster.helper("pods").autoscale("web", { max: 3 })).rejects.toThrow(/a Pod has no scale/);
});

test("a scale from a number of replicas is not stopped by another write, unless that changes the number", async () => {
  const change = (fields: { paused: boolean; replicas?: number }): void => {
    cluster.sandbox.registry.modify(
      "deployments.apps",
      "default",
      "web",
      (object) => ({ ...object, spec: { ...(object.spec as object), ...fields } }),
      { manager: "another" },
    );
  };
  const subresource = deployments.subresource.bind(deployments);
  let meanwhile: (() => void) | undefined = () => change({ paused: true });
  // Somebody else is quicker, between the look and the write.
  deployments.subresource = (name) => {
    const scales = subresource(name);
    const get = scales.get.bind(scales);
    scales.get = async (...args) => {
      const current = await get(...args);
      meanwhile?.();
      meanwhile = undefined;
      return current;
    };
    return scales as never;
  };
  const scaled = await cluster.settled(deployments.scale("web", 5, { currentReplicas: 2 }));
  expect(scaled.spec?.replicas).toBe(5);
  meanwhile = () => change({ paused: true, replicas: 3 });
  await expect(cluster.settled(deployments.scale("web", 9, { currentReplicas: 5 }))).rejects.toThrow("it is at 3");
});
