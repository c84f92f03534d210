import { afterEach, beforeEach, expect, test } from "vitest";
import type { KubernetesObject } from "../../src/core/object.ts";
import type { AppliedObject } from "../../src/operations/manifests/apply.ts";
import { type SandboxCluster, sandboxCluster } from "../support/sandbox-cluster.ts";

let cluster: SandboxCluster;

beforeEach(() => {
  cluster = sandboxCluster();
});

afterEach(() => cluster.close());

const configMap = (name: string, data: object = {}, metadata: object = {}): KubernetesObject =>
  ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata }, data }) as object;
const brief = (report: readonly AppliedObject[]): string[] =>
  report.map(({ kind, name, action }) => `${kind}/${name} ${action}`);
const stored = (): string[] => cluster.requests.filter((one) => !one.startsWith("GET") && !one.includes("dryRun=All"));

test("create makes what others need first; a second time, nothing is made and each that is there is named", async () => {
  const shop = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
  const set = [configMap("a", {}, { namespace: "shop" }), configMap("b"), shop];
  expect(brief(await cluster.k8s.create(set))).toEqual([
    "Namespace/shop created",
    "ConfigMap/a created",
    "ConfigMap/b created",
  ]);
  const before = stored().length;
  await expect(cluster.k8s.create([...set, configMap("new")])).rejects.toMatchObject({
    code: "ALREADY_EXISTS",
    message: [
      "Cannot create 3 of 4 objects",
      '  object 1: configmaps "a" already exists',
      '  object 2: configmaps "b" already exists',
      '  object 3: namespaces "shop" already exists',
    ].join("\n"),
    hint: expect.stringMatching(/replace.* Nothing was written\.$/),
  });
  expect(stored()).toHaveLength(before);
});

test("create takes names from generateName, each its own, tells them and waits for what got them", async () => {
  const job = `apiVersion: batch/v1
kind: Job
metadata: { generateName: once- }
spec: { completions: 0, template: { spec: { restartPolicy: Never, containers: [{ name: main, image: busybox }] } } }
`;
  const report = await cluster.k8s.create(`${job}---\n${job}`, { wait: true });
  const names = report.map(({ name }) => name);
  expect(new Set(names).size).toBe(2);
  for (const name of names) expect(name).toMatch(/^once-\w{5}$/);
  expect((await cluster.k8s.jobs.list()).map(({ metadata }) => metadata?.name).sort()).toEqual(names.toSorted());
  await expect(cluster.k8s.apply(job)).rejects.toMatchObject({
    code: "INVALID_INPUT",
    hint: "What gets its name from generateName is made with k8s.create().",
  });
});

test("replace leaves nothing of what the manifest does not say, and what the server gave stays", async () => {
  const service = (port: number, metadata: object = {}): KubernetesObject =>
    ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", ...metadata },
      spec: { ports: [{ port }] },
    }) as object;
  await cluster.k8s.create([configMap("a", { old: "1" }, { labels: { old: "1" } }), service(80)]);
  const { clusterIP } = (await cluster.k8s.services.get("web")).spec ?? {};
  expect(brief(await cluster.k8s.replace([configMap("a", { now: "2" }), service(81)]))).toEqual([
    "ConfigMap/a replaced",
    "Service/web replaced",
  ]);
  const { data, metadata } = await cluster.k8s.configmaps.get("a");
  expect([data, metadata?.labels]).toEqual([{ now: "2" }, undefined]);
  expect((await cluster.k8s.services.get("web")).spec).toMatchObject({ clusterIP, ports: [{ port: 81 }] });
});

test("replace writes nothing while one is absent, of an older version or wrong", async () => {
  await cluster.k8s.create([configMap("a"), configMap("b")]);
  const { resourceVersion } = (await cluster.k8s.configmaps.get("b")).metadata ?? {};
  await cluster.k8s.configmaps.patch("b", { data: { later: "1" } });
  const before = stored().length;
  const set = [configMap("a", { n: "1" }), configMap("b", {}, { resourceVersion }), configMap("c")];
  const error = await cluster.k8s.replace([...set, configMap("a2", { n: 1 })]).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    message: expect.stringMatching(
      /^Cannot replace 3 of 4 objects\n {2}object 2: .*modified.*\n {2}object 3: configmaps "c" not found\n {2}object 4: .*$/,
    ),
  });
  expect(stored()).toHaveLength(before);
});

test("a dry run says what would be done, and a later failure what was done and how to go on", async () => {
  expect(brief(await cluster.k8s.dryRun().create([configMap("a"), configMap("b")]))).toEqual([
    "ConfigMap/a created",
    "ConfigMap/b created",
  ]);
  expect(stored()).toEqual([]);
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "bot" } };
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec: {} } as object;
  await expect(cluster.k8s.create([account, pod], { validate: false })).rejects.toMatchObject({
    message: expect.stringMatching(
      /^Cannot create object 2: .*containers.*\n {2}1 of 2 objects were created: ServiceAccount "bot"\n {2}not created: Pod "p"$/s,
    ),
    hint: expect.stringContaining("k8s.apply() goes on: what is there already stays."),
  });
});
