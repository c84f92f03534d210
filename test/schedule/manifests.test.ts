import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { accessRules } from "../../src/schedule/access-rules.ts";
import {
  OBJECTS_ANNOTATION,
  objectKey,
  parseObjectKey,
  type ScheduleSpec,
  scheduleManifests,
} from "../../src/schedule/manifests.ts";

const spec = (more: Partial<ScheduleSpec> = {}): ScheduleSpec => ({
  name: "sweep",
  namespace: "ops",
  cron: "*/5 * * * *",
  packed: gzipSync("export {};"),
  sha256: "00",
  source: "sweep.ts",
  args: [],
  rules: accessRules([{ verb: "list", group: "batch", resource: "jobs", namespace: "ops" }]),
  ...more,
});

describe("a schedule's manifests", () => {
  it("are account, rights, bundle and CronJob, in the order in which they depend on each other", () => {
    expect(scheduleManifests(spec()).map((object) => `${object.kind} ${object.metadata?.name}`)).toEqual([
      "ServiceAccount sweep",
      "Role sweep",
      "RoleBinding sweep",
      "ConfigMap sweep",
      "CronJob sweep",
    ]);
  });

  it("carry a large bundle in ConfigMaps of which kubectl apply can keep a copy in an annotation", () => {
    const packed = randomBytes(500_000);
    const objects = scheduleManifests(spec({ packed }));
    const maps = objects.filter(({ kind }) => kind === "ConfigMap");
    expect(maps.map(({ metadata }) => metadata?.name)).toEqual(["sweep", "sweep.part-2", "sweep.part-3"]);
    for (const one of maps) expect(JSON.stringify(one).length).toBeLessThan(256 * 1024 - 4096);
    const files = maps.flatMap(({ binaryData }) => Object.entries(binaryData as Record<string, string>));
    expect(Buffer.concat(files.map(([, text]) => Buffer.from(text, "base64"))).equals(packed)).toBe(true);
    expect(files.map(([name]) => name).toSorted()).toEqual(files.map(([name]) => name));
    expect(JSON.stringify(objects.at(-1))).toContain(
      '"sources":[{"configMap":{"name":"sweep"}},{"configMap":{"name":"sweep.part-2"}},{"configMap":{"name":"sweep.part-3"}}]',
    );
  });

  it("keep cluster-wide and foreign rights apart by namespace and name", () => {
    const rules = accessRules([
      { verb: "list", group: "", resource: "nodes", namespace: undefined },
      { verb: "get", group: "", resource: "pods", namespace: "other" },
    ]);
    const names = scheduleManifests(spec({ rules })).map(
      ({ kind, metadata }) => `${kind} ${metadata?.namespace ?? "-"} ${metadata?.name}`,
    );
    expect(names).toContain("Role other ops.sweep");
    expect(names).toContain("ClusterRole - kubescript:ops.sweep");
    expect(names).toContain("ClusterRoleBinding - kubescript:ops.sweep");
  });

  it("leave nothing to a server's defaults in fields that are owned as a whole", () => {
    const text = JSON.stringify(scheduleManifests(spec()).at(-1));
    expect(text).toContain('"fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}');
  });

  it("list every object in the CronJob's annotation, so that all of it can be removed", () => {
    const objects = scheduleManifests(spec());
    const lines = objects.at(-1)?.metadata?.annotations?.[OBJECTS_ANNOTATION]?.split("\n");
    expect(lines).toEqual(objects.map(objectKey));
    expect(parseObjectKey(lines?.[0] ?? "")).toEqual({
      apiVersion: "v1",
      kind: "ServiceAccount",
      namespace: "ops",
      name: "sweep",
    });
    expect(parseObjectKey("nonsense")).toBeUndefined();
  });

  it("run plain node on the mounted bundle with the script's arguments, without privileges", () => {
    const cronJob = scheduleManifests(spec({ args: ["--older-than", "1h"], image: "registry.example/node:22" })).at(-1);
    expect(cronJob?.spec).toMatchObject({
      schedule: "*/5 * * * *",
      concurrencyPolicy: "Forbid",
      jobTemplate: {
        spec: {
          template: {
            spec: {
              serviceAccountName: "sweep",
              securityContext: { runAsNonRoot: true },
              containers: [
                {
                  image: "registry.example/node:22",
                  command: ["node", "/kubescript/job.mjs"],
                  args: ["--older-than", "1h"],
                  securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
                },
              ],
            },
          },
        },
      },
    });
  });
});
