/** Jobs and CronJobs. */
import { humanDuration } from "../../core/human-duration.ts";
import type { CronJob, Job, JobTemplateSpec } from "../../types/batch-v1.ts";
import { annotations, controllerText, flagText, identity, labels, orNone, selectorText, timeText } from "./format.ts";
import { field, type Layout, optional, type Shown, UNSET } from "./layout.ts";
import { podTemplate } from "./pods.ts";

/** Completed indexes beyond this length are cut at the next comma. */
const LONG_INDEXES = 50;

export function job(object: Job): Layout {
  const { metadata, spec, status = {} } = object;
  const { startTime, completionTime, active = 0, ready, succeeded = 0, failed = 0 } = status;
  const running = ready === undefined ? `${active} Active` : `${active} Active (${ready} Ready)`;
  return [
    identity(object),
    field("Selector", selectorText(spec?.selector)),
    labels(metadata),
    annotations(metadata),
    optional("Controlled By", controllerText(object)),
    optional("Parallelism", spec?.parallelism),
    field("Completions", spec?.completions ?? UNSET),
    optional("Completion Mode", spec?.completionMode),
    optional("Suspend", spec?.suspend),
    optional("Backoff Limit", spec?.backoffLimit),
    optional("TTL Seconds After Finished", spec?.ttlSecondsAfterFinished),
    startTime === undefined ? undefined : field("Start Time", timeText(startTime)),
    completionTime === undefined ? undefined : field("Completed At", timeText(completionTime)),
    startTime === undefined || completionTime === undefined
      ? undefined
      : field("Duration", humanDuration(Date.parse(completionTime) - Date.parse(startTime))),
    optional("Active Deadline Seconds", inSeconds(spec?.activeDeadlineSeconds)),
    field("Pods Statuses", `${running} / ${succeeded} Succeeded / ${failed} Failed`),
    spec?.completionMode === "Indexed" ? field("Completed Indexes", indexesText(status.completedIndexes)) : undefined,
    podTemplate(spec?.template),
  ];
}

function indexesText(indexes: string | undefined): string {
  const text = orNone(indexes);
  const comma = text.indexOf(",", LONG_INDEXES);
  return comma < 0 ? text : `${text.slice(0, comma + 1)}...`;
}

function inSeconds(value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${value}s`;
}

export function cronJob(object: CronJob): Layout {
  const { metadata, spec, status } = object;
  const { lastScheduleTime, active = [] } = status ?? {};
  const orUnset = (value: Shown | undefined): Shown => value ?? UNSET;
  return [
    identity(object),
    labels(metadata),
    annotations(metadata),
    field("Schedule", spec.schedule),
    field("Concurrency Policy", spec.concurrencyPolicy ?? ""),
    field("Suspend", flagText(spec.suspend)),
    field("Time Zone", orUnset(spec.timeZone)),
    field("Successful Job History Limit", orUnset(spec.successfulJobsHistoryLimit)),
    field("Failed Job History Limit", orUnset(spec.failedJobsHistoryLimit)),
    field("Starting Deadline Seconds", orUnset(inSeconds(spec.startingDeadlineSeconds))),
    jobTemplate(spec.jobTemplate),
    field("Last Schedule Time", timeText(lastScheduleTime)),
    field("Active Jobs", orNone(active.map(({ name }) => name).join(", "))),
  ];
}

function jobTemplate({ spec }: JobTemplateSpec): Layout {
  return [
    field("Selector", spec?.selector === undefined ? UNSET : selectorText(spec.selector)),
    field("Parallelism", spec?.parallelism ?? UNSET),
    field("Completions", spec?.completions ?? UNSET),
    optional("Active Deadline Seconds", inSeconds(spec?.activeDeadlineSeconds)),
    podTemplate(spec?.template),
  ];
}
