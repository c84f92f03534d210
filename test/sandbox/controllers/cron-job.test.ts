import { expect, test } from "vitest";
import { dueTime, parseSchedule } from "../../../src/sandbox/controllers/cron-job/schedule.ts";
import type { CronJob } from "../../../src/sandbox/controllers/kinds.ts";
import { startCluster } from "./harness.ts";

const MINUTE = 60_000;

function cronJob(spec: object = {}, command: string[] = ["true"]): object {
  const template = { spec: { restartPolicy: "Never", containers: [{ name: "m", image: "busybox:1", command }] } };
  return { metadata: { name: "c" }, spec: { schedule: "* * * * *", jobTemplate: { spec: { template } }, ...spec } };
}

test("a job starts every minute, named after the minute, and old ones are cleared away", () => {
  const cluster = startCluster();
  cluster.create("cronjobs.batch", cronJob());
  const first = Math.floor(cluster.clock.now() / MINUTE) + 1;
  cluster.clock.advance(10 * MINUTE + 5000);
  const names = cluster.registry.list("jobs.batch").map((job) => job.metadata.name);
  expect(names).toEqual([`c-${first + 7}`, `c-${first + 8}`, `c-${first + 9}`]);
  const { status } = cluster.get("cronjobs.batch", "c") as CronJob;
  expect(status).toEqual({ lastScheduleTime: "2026-11-21T00:10:00Z", lastSuccessfulTime: expect.any(String) });
  expect(new Set(cluster.reasons("CronJob"))).toEqual(
    new Set(["SuccessfulCreate", "SawCompletedJob", "SuccessfulDelete"]),
  );
  expect(cluster.errors).toEqual([]);
});

test.each([
  ["Allow", 3],
  ["Forbid", 1],
  ["Replace", 1],
])("with %s and jobs that take long, %i run after three minutes", (concurrencyPolicy, running) => {
  const cluster = startCluster();
  cluster.create("cronjobs.batch", cronJob({ concurrencyPolicy }, ["sleep", "3600"]));
  cluster.clock.advance(3 * MINUTE + 5000);
  expect(cluster.registry.list("jobs.batch")).toHaveLength(running);
  expect((cluster.get("cronjobs.batch", "c") as CronJob).status?.active).toHaveLength(running);
});

test("a suspended cron job starts nothing, and does not make up for more than the last time when resumed", () => {
  const cluster = startCluster();
  cluster.create("cronjobs.batch", cronJob({ suspend: true }));
  cluster.clock.advance(5 * MINUTE);
  expect(cluster.registry.list("jobs.batch")).toEqual([]);
  cluster.registry.modify(
    "cronjobs.batch",
    "default",
    "c",
    (object) => ({ ...object, spec: { ...(object as CronJob).spec, suspend: false } }),
    { manager: "test" },
  );
  cluster.clock.advance(5000);
  expect(cluster.registry.list("jobs.batch")).toHaveLength(1);
});

test("a time that passed longer ago than the deadline is missed", () => {
  const schedule = parseSchedule("0 * * * *", undefined);
  const at = (time: string): number => Date.parse(`2026-11-21T${time}Z`);
  expect(dueTime(schedule, at("00:30:00"), at("01:00:05"), 10_000)).toMatchObject({
    due: at("01:00:00"),
    missed: undefined,
  });
  expect(dueTime(schedule, at("00:30:00"), at("01:00:15"), 10_000)).toMatchObject({
    due: undefined,
    missed: at("01:00:00"),
  });
});

test("a schedule follows its time zone", () => {
  const noon = parseSchedule("0 12 * * *", "America/New_York").next(Date.parse("2026-11-21T00:00:00Z"));
  expect(new Date(noon ?? 0).toISOString()).toBe("2026-11-21T17:00:00.000Z");
});

test("of many missed times the last is found", () => {
  const now = Date.parse("2026-11-21T10:07:30Z");
  const due = dueTime(parseSchedule("*/5 * * * *", undefined), Date.parse("2026-01-01T00:00:00Z"), now, undefined);
  expect(due).toEqual({
    due: Date.parse("2026-11-21T10:05:00Z"),
    missed: undefined,
    next: Date.parse("2026-11-21T10:10:00Z"),
    many: true,
  });
});
