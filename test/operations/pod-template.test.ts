import { afterEach, beforeEach, expect, test } from "vitest";
import type { ResourceHelper } from "../../src/operations/resource-helper.ts";
import type { Deployment } from "../../src/types/apps-v1.ts";
import type { CronJob } from "../../src/types/batch-v1.ts";
import type { Container } from "../../src/types/core-v1.ts";
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
