import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { manualClock } from "../../src/sandbox/model/manual-clock.ts";
import { accessRules } from "../../src/schedule/access-rules.ts";
import { applySchedule } from "../../src/schedule/apply-schedule.ts";
import { findSchedule, listSchedules } from "../../src/schedule/find-schedule.ts";
import { type ScheduleSpec, scheduleManifests } from "../../src/schedule/manifests.ts";
import { removeSchedule } from "../../src/schedule/remove-schedule.ts";
import { objectLabel } from "../../src/schedule/resources.ts";
import { newestRunPods, runSchedule, scheduleHistory, suspendSchedule } from "../../src/schedule/schedule-jobs.ts";
import { type SandboxResources, sandboxResources } from "../support/sandbox-resources.ts";

const clusterWide = { verb: "list", group: "", resource: "nodes", namespace: undefined };
const inNamespace = { verb: "list", group: "", resource: "pods", namespace: "default" };

const spec = (more: Partial<ScheduleSpec> = {}): ScheduleSpec => ({
  name: "sweep",
  namespace: "default",
  cron: "*/5 * * * *",
  packed: gzipSync("export {};"),
  sha256: "00",
  source: "sweep",
  args: [],
  rules: accessRules([clusterWide, inNamespace]),
  ...more,
});

let running: SandboxResources;
let clock: ReturnType<typeof manualClock>;
let failing: (request: Request) => Response | undefined;

beforeEach(() => {
  failing = () => undefined;
  clock = manualClock();
  running = sandboxResources({ clock, fail: (request) => failing(request) });
});
afterEach(() => running.close());

/** What of the schedule is there, by kind and name. */
async function present(): Promise<string[]> {
  const kinds = ["cronjobs", "configmaps", "serviceaccounts", "roles", "rolebindings", "clusterroles"];
  const lists = await Promise.all(
    [...kinds, "clusterrolebindings"].map((kind) =>
      running.resources(kind, "*").list({ labels: { "app.kubernetes.io/managed-by": "kubescript" } }),
    ),
  );
  return lists.flatMap((list) => [...list].map(objectLabel)).sort();
}

describe("a schedule", () => {
  it("is applied whole, listed, and removed whole", async () => {
    const { resources } = running;
    const changes = await applySchedule(resources, scheduleManifests(spec()));
    expect(new Set(changes.map(({ action }) => action))).toEqual(new Set(["created"]));
    expect(await present()).toHaveLength(7);
    expect(await listSchedules(resources, "*")).toMatchObject([
      { name: "sweep", namespace: "default", schedule: "*/5 * * * *", suspended: false, active: 0 },
    ]);
    await runSchedule(resources, "default", "sweep");
    await removeSchedule(resources, "default", "sweep");
    await clock.advance(60_000);
    expect(await present()).toEqual([]);
    expect(await resources("jobs", "*").list()).toHaveLength(0);
    expect(await resources("pods", "default").list()).toHaveLength(0);
  });

  it("says what is unchanged, and prunes what a new version no longer needs", async () => {
    const { resources } = running;
    await applySchedule(resources, scheduleManifests(spec()));
    const again = await applySchedule(resources, scheduleManifests(spec()));
    expect(new Set(again.map(({ action }) => action))).toEqual(new Set(["unchanged"]));
    const fewer = await applySchedule(resources, scheduleManifests(spec({ rules: accessRules([inNamespace]) })));
    expect(fewer.filter(({ action }) => action === "pruned").map(({ object }) => objectLabel(object))).toEqual([
      "ClusterRole kubescript:default.sweep",
      "ClusterRoleBinding kubescript:default.sweep",
    ]);
    expect(await present()).toHaveLength(5);
  });

  it("writes nothing when the server would refuse one of its objects", async () => {
    await expect(
      applySchedule(running.resources, scheduleManifests(spec({ timeZone: "Nowhere/Land" }))),
    ).rejects.toThrow(/timeZone/);
    expect(await present()).toEqual([]);
  });

  it("removes what it created when a later write fails", async () => {
    failing = (request) =>
      request.method === "PATCH" && /cronjobs/.test(request.url) && !/dryRun/.test(request.url)
        ? Response.json({ kind: "Status", status: "Failure", message: "the disk is full", code: 500 }, { status: 500 })
        : undefined;
    await expect(applySchedule(running.resources, scheduleManifests(spec()))).rejects.toThrow(/the disk is full/);
    expect(await present()).toEqual([]);
  });

  it("runs at once on demand, and remembers it", async () => {
    const { resources } = running;
    await applySchedule(resources, scheduleManifests(spec()));
    const job = await runSchedule(resources, "default", "sweep");
    expect(job.metadata?.annotations).toMatchObject({ "cronjob.kubernetes.io/instantiate": "manual" });
    await clock.advance(30_000);
    const [run] = await scheduleHistory(resources, "default", "sweep");
    expect(run).toMatchObject({ job: job.metadata?.name, state: "complete" });
    expect(await newestRunPods(resources, "default", "sweep")).toMatchObject({
      job: job.metadata?.name,
      pods: [expect.stringMatching(/^sweep-manual-/)],
    });
  });

  it("takes its turns, and none while it is suspended", async () => {
    const { resources } = running;
    await applySchedule(resources, scheduleManifests(spec()));
    await suspendSchedule(resources, "default", "sweep", true);
    await clock.advance(11 * 60_000);
    expect(await scheduleHistory(resources, "default", "sweep")).toEqual([]);
    await suspendSchedule(resources, "default", "sweep", false);
    await clock.advance(6 * 60_000);
    expect((await scheduleHistory(resources, "default", "sweep")).length).toBeGreaterThan(0);
  });

  it("that is not there is an error that names those that are", async () => {
    const { resources } = running;
    await applySchedule(resources, scheduleManifests(spec()));
    await expect(findSchedule(resources, "default", "swep")).rejects.toMatchObject({
      message: 'Cannot find schedule "swep" in namespace "default": there is none of that name',
      hint: "There are: sweep",
    });
    await expect(removeSchedule(resources, "default", "swep")).rejects.toThrow(/nothing of it/);
  });

  it("is removed by who may not look into other namespaces", async () => {
    const { resources } = running;
    await applySchedule(resources, scheduleManifests(spec()));
    failing = (request) =>
      request.method === "GET" && /v1\/(cluster)?role(binding)?s\?/.test(request.url)
        ? Response.json({ kind: "Status", status: "Failure", reason: "Forbidden", code: 403 }, { status: 403 })
        : undefined;
    await removeSchedule(resources, "default", "sweep");
    failing = () => undefined;
    expect(await present()).toEqual([]);
  });
});
