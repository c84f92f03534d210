import { afterEach, beforeEach, expect, test } from "vitest";
import type { ResourceHelper } from "../../src/operations/resource-helper.ts";
import type { CustomResourceDefinition } from "../../src/types/apiextensions-v1.ts";
import type { Deployment } from "../../src/types/apps-v1.ts";
import type { HorizontalPodAutoscaler } from "../../src/types/autoscaling-v2.ts";
import type { CronJob } from "../../src/types/batch-v1.ts";
import type { ConfigMap, Container } from "../../src/types/core-v1.ts";
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
      template: {
        metadata: { labels },
        spec: {
          initContainers: [{ name: "init", image: "busybox:1" }],
          containers: [
            {
              name: "web",
              image: "nginx:1",
              env: [
                { name: "A", value: "1" },
                { name: "B", value: "2" },
              ],
            },
            { name: "sidecar", image: "envoy:1" },
          ],
        },
      },
    },
  });
});
afterEach(() => cluster.close());

const containers = (object: Deployment): Container[] => object.spec?.template.spec?.containers ?? [];
const images = (object: Deployment): (string | undefined)[] =>
  [...(object.spec?.template.spec?.initContainers ?? []), ...containers(object)].map(({ image }) => image);

test("images are set by container, and by * for the rest, init containers included", async () => {
  expect(images(await deployments.set.image("web", { web: "nginx:2" }))).toEqual(["busybox:1", "nginx:2", "envoy:1"]);
  expect(images(await deployments.set.image("web", { init: "busybox:2" }))).toEqual([
    "busybox:2",
    "nginx:2",
    "envoy:1",
  ]);
  expect(images(await deployments.set.image("web", { web: "nginx:3", "*": "one:1" }))).toEqual([
    "one:1",
    "nginx:3",
    "one:1",
  ]);
});

test("a CronJob's template is found, and an image that is there already is not written", async () => {
  const cronJobs = cluster.helper<CronJob>("cronjobs");
  await cronJobs.create({
    metadata: { name: "tidy" },
    spec: {
      schedule: "0 0 * * *",
      jobTemplate: {
        spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "tidy", image: "busybox:1" }] } } },
      },
    },
  });
  const changed = await cronJobs.set.image("tidy", { "*": "busybox:2" });
  expect(changed.spec?.jobTemplate.spec?.template.spec?.containers[0]?.image).toBe("busybox:2");
  await cronJobs.set.image("tidy", { tidy: "busybox:2" });
  expect(cluster.requests.filter((one) => one.startsWith("PATCH"))).toHaveLength(1);
});

test("variables are set, taken from a source and removed, in the containers asked for", async () => {
  const source = { secretKeyRef: { name: "web", key: "b" } };
  const changed = await deployments.set.env("web", { A: null, B: source, C: "3" });
  expect(containers(changed).map(({ env }) => env)).toEqual([
    [
      { name: "B", valueFrom: source },
      { name: "C", value: "3" },
    ],
    [
      { name: "B", valueFrom: source },
      { name: "C", value: "3" },
    ],
  ]);
  const field = { fieldRef: { fieldPath: "metadata.name" } };
  const again = await deployments.set.env("web", { B: field, C: null }, { containers: ["sidecar"] });
  expect(containers(again)[1]?.env).toMatchObject([{ name: "B", valueFrom: field }]);
  expect(containers(again)[1]?.env?.[0]?.valueFrom).not.toHaveProperty("secretKeyRef");
  expect(containers(again)[0]?.env).toHaveLength(2);
  expect(containers(await deployments.set.env("web", { D: "4" }, { containers: "sidecar" }))[0]?.env).toHaveLength(2);
  const text = await deployments.set.env("web", { B: "plain" }, { containers: ["init", "web"] });
  expect(containers(text)[0]?.env?.find(({ name }) => name === "B")).toEqual({ name: "B", value: "plain" });
  expect(text.spec?.template.spec?.initContainers?.[0]?.env).toEqual([{ name: "B", value: "plain" }]);
});

test("requests and limits are set and removed one by one", async () => {
  await deployments.set.resources("web", { requests: { cpu: "100m" }, limits: { memory: "256Mi", cpu: 1 } });
  const changed = await deployments.set.resources("web", { limits: { cpu: null } }, { containers: ["web"] });
  expect(containers(changed).map(({ resources }) => resources)).toEqual([
    { requests: { cpu: "100m" }, limits: { memory: "256Mi" } },
    { requests: { cpu: "100m" }, limits: { memory: "256Mi", cpu: "1" } },
  ]);
});

test.each([
  [
    "an unknown container",
    () => deployments.set.image("web", { wbe: "nginx:2", "*": "nginx:2" }),
    'Cannot set the image of deployments.apps "web": it has no container "wbe"',
    "It has web, sidecar, init.",
  ],
  ["no image", () => deployments.set.image("web", {}), /no image is given$/, /Name containers/],
  ["an image with a blank", () => deployments.set.image("web", { web: "a b" }), /"a b" is not an image$/, undefined],
  ["no variable", () => deployments.set.env("web", {}), /no variable is given$/, /LOG_LEVEL/],
  [
    "a value that is a number",
    () => deployments.set.env("web", { A: 1 as unknown as string }),
    /variable "A" cannot have number as its value$/,
    /A value is a text/,
  ],
  [
    "kubectl's words for variables, without their values",
    () => deployments.set.env("web", ["PASSWORD=hush"] as never),
    'Cannot set the environment of "web": it takes an object, not an array',
    /LOG_LEVEL/,
  ],
  [
    "kubectl's word for an image",
    () => deployments.set.image("web", "web=a" as never),
    /not string$/,
    /Name containers/,
  ],
  [
    "an amount that JSON has not",
    () => deployments.set.resources("web", { limits: { cpu: Number.NaN } }),
    /limits.cpu is NaN$/,
    /null to remove/,
  ],
  [
    "an amount never set",
    () => deployments.set.resources("web", { limits: { cpu: undefined as never } }),
    /cpu is undefined$/,
    /null to remove/,
  ],
  [
    "kubectl's words for limits",
    () => deployments.set.resources("web", { limits: "cpu=1" as never }),
    /limits is "cpu=1", not an object$/,
    /Give/,
  ],
  [
    "a name never set",
    () => deployments.set.image(undefined as never, { web: "a" }),
    "Cannot set the image of one of deployments.apps: its name is undefined, not a text",
    undefined,
  ],
  [
    "the scale of what has none",
    () => cluster.helper("daemonsets").scale("web", 1),
    /a DaemonSet has no scale$/,
    /have one/,
  ],
  [
    "no most replicas",
    () => deployments.autoscale("web", undefined as never),
    /max must be a whole number from 1$/,
    /It is undefined/,
  ],
  ["no amounts", () => deployments.set.resources("web", {}), /neither requests nor limits are given$/, /requests/],
  ["a bad amount", () => deployments.set.resources("web", { limits: { cpu: "lots" } }), /Cannot read "lots"/, /500m/],
  [
    "what has no template",
    () => cluster.helper("configmaps").set.image("web", { a: "b" }),
    'Cannot set the image of configmaps "web": it has no pod template',
    /cronjobs\.batch/,
  ],
] as const)("%s is refused with what to do", async (_, call, message, hint) => {
  const error = (await call().catch((one: unknown) => one)) as { message: string; hint: string | undefined };
  expect(error.message).toEqual(typeof message === "string" ? message : expect.stringMatching(message));
  expect(error.hint).toEqual(hint instanceof RegExp ? expect.stringMatching(hint) : hint);
  expect(cluster.requests.some((one) => one.startsWith("PATCH"))).toBe(false);
});

test.each<[string, (workloads: ResourceHelper<Deployment>) => Promise<unknown>]>([
  ["set the image of", (one) => one.set.image("none", { web: "a" })],
  ["set the environment of", (one) => one.set.env("none", { A: "1" })],
  ["set the resources of", (one) => one.set.resources("none", { limits: { cpu: 1 } })],
  ["label", (one) => one.label("none", "a=b")],
  ["annotate", (one) => one.annotate("none", "a=b")],
  ["autoscale", (one) => one.autoscale("none", { max: 3 })],
  ["expose", (one) => one.expose("none", { port: 80 })],
  ["scale", (one) => one.scale("none", 3)],
  ["scale", (one) => one.scale("none", 3, { currentReplicas: 2 })],
  ["read the scale of", (one) => one.scale("none")],
  ["tell the revisions of", (one) => one.rollout.history("none")],
  ["undo the rollout of", (one) => one.rollout.undo("none")],
  ["restart", (one) => one.rollout.restart("none")],
  ["pause", (one) => one.rollout.pause("none")],
  ["resume", (one) => one.rollout.resume("none")],
])("what cannot %s says of which object, and where it looked", async (action, call) => {
  await expect(call(deployments)).rejects.toMatchObject({
    name: "ApiError",
    code: "NOT_FOUND",
    httpStatus: 404,
    message: `Cannot ${action} deployments.apps "none": it does not exist in namespace "default"`,
    hint: "Check the name and the namespace.",
  });
});

test("an absent object of the cluster is not looked for in a namespace", async () => {
  const nodes = cluster.helper("nodes");
  for (const [action, call] of [
    ["cordon", () => nodes.cordon("none")],
    ["taint", () => nodes.taint("none", "a=b:NoSchedule")],
  ] as const) {
    await expect(call()).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: `Cannot ${action} nodes "none": it does not exist`,
      hint: "Check the name.",
    });
  }
  await expect(cluster.helper("namespaces").get("none")).rejects.toMatchObject({ hint: "Check the name." });
});

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
      /^Timed out after 5 s waiting for deployments "web" to have 3 replicas: it has \d, \d of them ready\n {2}pod "web-\S+".*: it has no node: /,
    ),
  });
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

test("labels and annotations are set, kept and removed as kubectl does", async () => {
  const configMaps = cluster.helper<ConfigMap>("configmaps");
  await configMaps.create({ metadata: { name: "a", labels: { tier: "back", old: "1" } } });
  await expect(configMaps.label("a", "tier=front")).rejects.toMatchObject({
    message: 'Cannot label configmaps "a": tier is "back" already',
    hint: "Say { overwrite: true } to change it.",
  });
  const changed = await configMaps.label("a", ["tier=front", "old-", "new="], { overwrite: true });
  expect(changed.metadata?.labels).toEqual({ tier: "front", new: "" });
  const same = await configMaps.label("a", ["tier=front", "none-"]);
  expect(same.metadata?.resourceVersion).toBe(changed.metadata?.resourceVersion);
  const noted = await configMaps.annotate("a", { note: "a=b", gone: null });
  expect(noted.metadata?.annotations).toEqual({ note: "a=b" });
  for (const word of ["", "-", "=x", "tier"]) {
    await expect(configMaps.label("a", word)).rejects.toThrow(`"${word}" is not a change`);
  }
  await expect(configMaps.label("a", ["x=1", "x-"])).rejects.toThrow('"x" is given twice');
  for (const value of [1, undefined, true]) {
    await expect(configMaps.label("a", { x: value as never })).rejects.toThrow(
      `Cannot label configmaps "a": "x" is ${typeof value}, neither a text nor null`,
    );
  }
  await expect(configMaps.label("a", [])).rejects.toThrow("no change is given");
});

test("a label that meets another's write looks again", async () => {
  const configMaps = cluster.helper<ConfigMap>("configmaps");
  await configMaps.create({ metadata: { name: "a" } });
  await cluster.settled(
    Promise.all(Array.from({ length: 3 }, (_, index) => configMaps.label("a", `key-${index}=yes`))),
  );
  expect(Object.keys((await configMaps.get("a")).metadata?.labels ?? {})).toHaveLength(3);
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
