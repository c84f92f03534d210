import { isDeepStrictEqual } from "node:util";
import { formatTime } from "../../model/clock.ts";
import type { ApiObject } from "../../model/object.ts";
import { finishedCondition } from "../job/plan.ts";
import type { CronJob, Job } from "../kinds.ts";
import { present } from "../kinds.ts";
import { controllerOf, controllerReference, isReason } from "../ownership.ts";
import { keyOf, splitKey } from "../runtime/informer.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { CONTROLLER_MANAGER } from "../runtime/runtime.ts";
import type { Schedule } from "./schedule.ts";
import { dueTime, parseSchedule } from "./schedule.ts";

const SCHEDULED_AT = "batch.kubernetes.io/cronjob-scheduled-timestamp";

/** A run is started this long after its time, so that it certainly has come. */
const AFTER_MS = 100;

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/cronjob/cronjob_controllerv2.go */
export function startCronJobController(runtime: Runtime): void {
  const { registry, clock } = runtime;
  const cronJobs = runtime.informer<CronJob>("cronjobs.batch");
  const jobs = runtime.informer<Job>("jobs.batch");
  const events = runtime.recorder("cronjob-controller");
  const queue = runtime.queue(reconcile);

  cronJobs.watch(({ object }) => queue.add(keyOf(object)));
  jobs.watch(({ object }) => {
    const owner = controllerOf(object);
    if (owner?.kind === "CronJob") queue.add(`${object.metadata.namespace}/${owner.name}`);
  });

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const cronJob = cronJobs.get(namespace, name);
    if (cronJob === undefined) return;
    const owned = jobs.controlledBy(cronJob.metadata.uid ?? "");
    let status = settle(cronJob, owned);
    trimHistory(cronJob, owned);
    if (cronJob.metadata.deletionTimestamp === undefined && cronJob.spec.suspend !== true) {
      status = run(key, cronJob, status);
    }
    writeStatus(cronJob, status);
  }

  /** Takes finished and vanished Jobs off the list of active ones. */
  function settle(cronJob: CronJob, owned: readonly Job[]): NonNullable<CronJob["status"]> {
    const status = cronJob.status ?? {};
    const byUid = new Map(owned.map((job) => [job.metadata.uid, job]));
    let lastSuccessfulTime = status.lastSuccessfulTime;
    const active = (status.active ?? []).filter(({ uid, name }) => {
      const job = byUid.get(String(uid));
      if (job === undefined) {
        events.event(cronJob, "Normal", "MissingJob", `Active job went missing: ${name}`);
        return false;
      }
      const finished = finishedCondition(job);
      if (finished === undefined) return true;
      const message = `Saw completed job: ${name}, condition: ${finished.type}`;
      events.event(cronJob, "Normal", "SawCompletedJob", message);
      return false;
    });
    for (const job of owned) {
      const { completionTime } = job.status ?? {};
      if (completionTime !== undefined && completionTime > (lastSuccessfulTime ?? "")) {
        lastSuccessfulTime = completionTime;
      }
    }
    return statusOf(active, status.lastScheduleTime, lastSuccessfulTime);
  }

  function run(key: string, cronJob: CronJob, status: NonNullable<CronJob["status"]>): NonNullable<CronJob["status"]> {
    const { spec, metadata } = cronJob;
    const now = clock.now();
    let schedule: Schedule;
    try {
      schedule = parseSchedule(spec.schedule, spec.timeZone);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      events.event(cronJob, "Warning", "UnparseableSchedule", `unparseable schedule: ${spec.schedule}: ${why}`);
      return status;
    }
    const since = Date.parse(status.lastScheduleTime ?? metadata.creationTimestamp ?? formatTime(now));
    const deadlineMs = spec.startingDeadlineSeconds === undefined ? undefined : spec.startingDeadlineSeconds * 1000;
    const { due, missed, next, many } = dueTime(schedule, since, now, deadlineMs);
    if (next !== undefined) queue.addAfter(key, next - now + AFTER_MS);
    if (many) {
      const message = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew";
      events.event(cronJob, "Warning", "TooManyMissedTimes", message);
    }
    if (due === undefined) {
      if (missed === undefined) return status;
      const message = `Missed scheduled time to start a job: ${new Date(missed).toUTCString()}`;
      events.event(cronJob, "Warning", "MissSchedule", message);
      return status;
    }
    const active = status.active ?? [];
    if (spec.concurrencyPolicy === "Forbid" && active.length > 0) {
      const message = "Not starting job because prior execution is running and concurrency policy is Forbid";
      events.event(cronJob, "Normal", "JobAlreadyActive", message);
      return status;
    }
    if (spec.concurrencyPolicy === "Replace") for (const { name } of active) deleteJob(cronJob, String(name));
    const remaining = spec.concurrencyPolicy === "Replace" ? [] : active;
    const job = createJob(cronJob, due);
    if (job === undefined) return statusOf(remaining, formatTime(due), status.lastSuccessfulTime);
    return statusOf([...remaining, referenceTo(job)], formatTime(due), status.lastSuccessfulTime);
  }

  function createJob(cronJob: CronJob, scheduledAt: number): ApiObject | undefined {
    const { name = "", namespace = "" } = cronJob.metadata;
    const { metadata, spec } = cronJob.spec.jobTemplate;
    const job = {
      metadata: {
        // minutes since the epoch: a run that is tried twice meets its own name
        name: `${name}-${Math.floor(scheduledAt / 60_000)}`,
        namespace,
        ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
        annotations: { ...metadata?.annotations, [SCHEDULED_AT]: zonedTime(scheduledAt, cronJob.spec.timeZone) },
        ownerReferences: [controllerReference(cronJob)],
      },
      spec,
    };
    try {
      const created = registry.create("jobs.batch", namespace, job, { manager: CONTROLLER_MANAGER });
      events.event(cronJob, "Normal", "SuccessfulCreate", `Created job ${created.metadata.name}`);
      return created;
    } catch (error) {
      if (isReason(error, "AlreadyExists")) {
        const existing = jobs.get(namespace, job.metadata.name);
        if (existing !== undefined && controllerOf(existing)?.uid === cronJob.metadata.uid) return undefined;
      }
      const why = error instanceof Error ? error.message : String(error);
      events.event(cronJob, "Warning", "FailedCreate", `Error creating job: ${why}`);
      throw error;
    }
  }

  function deleteJob(cronJob: CronJob, name: string): void {
    const { namespace = "" } = cronJob.metadata;
    if (registry.delete("jobs.batch", namespace, name, { propagationPolicy: "Background" }) === undefined) return;
    events.event(cronJob, "Normal", "SuccessfulDelete", `Deleted job ${name}`);
  }

  function trimHistory(cronJob: CronJob, owned: readonly Job[]): void {
    const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = cronJob.spec;
    const limits: [string, number | undefined][] = [
      ["Complete", successfulJobsHistoryLimit],
      ["Failed", failedJobsHistoryLimit],
    ];
    for (const [type, limit] of limits) {
      if (limit === undefined) continue;
      const finished = owned
        .filter((job) => finishedCondition(job)?.type === type && job.metadata.deletionTimestamp === undefined)
        .sort((a, b) => ((a.status?.startTime ?? "") < (b.status?.startTime ?? "") ? -1 : 1));
      for (const job of finished.slice(0, Math.max(0, finished.length - limit))) {
        deleteJob(cronJob, job.metadata.name ?? "");
      }
    }
  }

  function writeStatus(cronJob: CronJob, status: NonNullable<CronJob["status"]>): void {
    if (isDeepStrictEqual(status, cronJob.status ?? {})) return;
    const write = { manager: CONTROLLER_MANAGER, subresource: "status" };
    registry.update("cronjobs.batch", { ...cronJob, status }, write);
  }
}

function statusOf(
  active: Record<string, unknown>[],
  lastScheduleTime: string | undefined,
  lastSuccessfulTime: string | undefined,
): NonNullable<CronJob["status"]> {
  return present<NonNullable<CronJob["status"]>>({
    active: active.length === 0 ? undefined : active,
    lastScheduleTime,
    lastSuccessfulTime,
  });
}

function referenceTo(job: ApiObject): Record<string, unknown> {
  const { namespace, name, uid, resourceVersion } = job.metadata;
  return { kind: "Job", namespace, name, uid, apiVersion: "batch/v1", resourceVersion };
}

/** RFC 3339 with the zone's own offset, as upstream annotates it. */
function zonedTime(ms: number, timeZone: string | undefined): string {
  if (timeZone === undefined) return formatTime(ms);
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "longOffset",
  });
  const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  const offset = (part.timeZoneName ?? "GMT").replace("GMT", "");
  const local = `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`;
  return `${local}${offset === "" ? "Z" : offset}`;
}
