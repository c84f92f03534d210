import { formatTime } from "../../model/clock.ts";
import type { Condition, Pod } from "../../pods/pod.ts";
import { findCondition, isActive, isReady, isTerminal } from "../../pods/pod.ts";
import type { Job, JobStatus } from "../kinds.ts";
import { nonZero, present } from "../kinds.ts";
import { podsToDelete } from "../pod-ranking.ts";
import { formatIndexes, indexOf, parseIndexes } from "./indexes.ts";

/** Held by a Job's pods until they are counted, so that none is missed. */
export const TRACKING = "batch.kubernetes.io/job-tracking";

/** The wait after the first failed pod, doubled by each further one, at most ten minutes. */
const BACKOFF_MS = 10_000;
const MAX_BACKOFF_MS = 600_000;

/** What one look at a Job and its pods asks for. */
export interface JobPlan {
  readonly status: JobStatus;
  /** Counted as soon as the status is written: their finalizer can go. */
  readonly release: readonly Pod[];
  readonly remove: readonly Pod[];
  /** Pods to be made, each by its index (undefined: not Indexed). */
  readonly create: readonly (number | undefined)[];
  /** Look again after this time, even if nothing happens. */
  readonly againInMs: number | undefined;
  readonly event:
    | { readonly type: "Normal" | "Warning"; readonly reason: string; readonly message: string }
    | undefined;
}

interface Verdict {
  readonly type: "Complete" | "Failed";
  readonly reason: string;
  readonly message: string;
}

const REACHED: Verdict = {
  type: "Complete",
  reason: "CompletionsReached",
  message: "Reached expected number of succeeded pods",
};
const TOO_MANY: Verdict = {
  type: "Failed",
  reason: "BackoffLimitExceeded",
  message: "Job has reached the specified backoff limit",
};
const TOO_LATE: Verdict = {
  type: "Failed",
  reason: "DeadlineExceeded",
  message: "Job was active longer than specified deadline",
};
const LOST_INDEXES: Verdict = { type: "Failed", reason: "FailedIndexes", message: "Job has failed indexes" };
const TOO_MANY_INDEXES: Verdict = {
  type: "Failed",
  reason: "MaxFailedIndexesExceeded",
  message: "Job has exceeded the specified maximal number of failed indexes",
};

export function finishedCondition(job: Job): Condition | undefined {
  return job.status?.conditions?.find(
    ({ type, status }) => (type === "Complete" || type === "Failed") && status === "True",
  );
}

export function isTracked(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(TRACKING) ?? false;
}

/**
 * A pod that ends is first listed as uncounted, then loses its finalizer, then is counted: whatever is interrupted in
 * between, each is counted once. https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-tracking-with-finalizers
 */
export function planJob(job: Job, pods: readonly Pod[], now: number): JobPlan {
  const count = countPods(job, pods);
  const active = pods.filter(isActive);
  const verdict = judge(job, pods, count, now);
  const suspended = job.spec.suspend === true && verdict === undefined;
  const terminating = pods.filter((pod) => pod.metadata.deletionTimestamp !== undefined && !isTerminal(pod));
  const pending = suspended || verdict !== undefined ? [] : wanted(job, active, terminating, count);
  const surplus = excess(job, active, count, suspended || verdict !== undefined);
  const waitMs = pending.length === 0 ? 0 : backoffLeft(count.failed, pods, now);
  const staying = active.length - surplus.length;
  const uncounted = present<NonNullable<JobStatus["uncountedTerminatedPods"]>>({
    succeeded: count.uncounted.succeeded.length === 0 ? undefined : count.uncounted.succeeded,
    failed: count.uncounted.failed.length === 0 ? undefined : count.uncounted.failed,
  });
  const still = active.length + terminating.length;
  const done = verdict !== undefined && still === 0 && Object.keys(uncounted).length === 0;
  const { conditions, event } = nextConditions(job, verdict, done, suspended, now);
  const startTime = nextStartTime(job, suspended, now);
  const status = present<JobStatus>({
    conditions: conditions.length === 0 ? undefined : conditions,
    startTime,
    completionTime: done && verdict?.type === "Complete" ? formatTime(now) : job.status?.completionTime,
    active: nonZero(staying + (waitMs > 0 ? 0 : pending.length)),
    succeeded: nonZero(count.settled.succeeded),
    failed: nonZero(count.settled.failed),
    terminating: terminating.length + surplus.length,
    completedIndexes: count.completed.size === 0 ? undefined : formatIndexes(count.completed),
    failedIndexes: job.spec.backoffLimitPerIndex === undefined ? undefined : formatIndexes(count.lost),
    uncountedTerminatedPods: uncounted,
    ready: active.filter(isReady).length,
  });
  const listed = new Set([...count.uncounted.succeeded, ...count.uncounted.failed]);
  const deadlineMs = verdict !== undefined || suspended ? undefined : untilDeadline(job, startTime, now);
  const waits = [waitMs > 0 ? waitMs : undefined, deadlineMs].filter((wait) => wait !== undefined);
  return {
    status,
    release: pods.filter((pod) => isTracked(pod) && listed.has(pod.metadata.uid ?? "")),
    remove: surplus,
    create: waitMs > 0 ? [] : pending,
    againInMs: waits.length === 0 ? undefined : Math.min(...waits),
    event,
  };
}

interface Count {
  /** In the status for good. */
  readonly settled: { readonly succeeded: number; readonly failed: number };
  readonly uncounted: { readonly succeeded: string[]; readonly failed: string[] };
  /** With the uncounted ones. */
  readonly succeeded: number;
  readonly failed: number;
  readonly completed: ReadonlySet<number>;
  /** Indexes that have used up their own back-off limit. */
  readonly lost: ReadonlySet<number>;
}

function isFailed(job: Job, pod: Pod): boolean {
  if (pod.status?.phase === "Failed") return true;
  if (job.spec.podReplacementPolicy === "Failed") return false;
  return pod.metadata.deletionTimestamp !== undefined && pod.status?.phase !== "Succeeded";
}

function countPods(job: Job, pods: readonly Pod[]): Count {
  const { succeeded = 0, failed = 0, uncountedTerminatedPods: before = {} } = job.status ?? {};
  const tracked = new Set(pods.filter(isTracked).map((pod) => pod.metadata.uid));
  const indexed = job.spec.completionMode === "Indexed";
  const split = (uids: readonly string[] = []) => ({
    open: uids.filter((uid) => tracked.has(uid)),
    closed: uids.filter((uid) => !tracked.has(uid)).length,
  });
  const good = split(before.succeeded);
  const bad = split(before.failed);
  const known = new Set([...good.open, ...bad.open]);
  const completed = parseIndexes(job.status?.completedIndexes);
  const failuresByIndex = new Map<number, number>();
  for (const pod of pods) {
    const uid = pod.metadata.uid ?? "";
    const index = indexOf(pod);
    const ended = pod.status?.phase === "Succeeded" ? good : isFailed(job, pod) ? bad : undefined;
    if (ended === bad && index !== undefined) failuresByIndex.set(index, (failuresByIndex.get(index) ?? 0) + 1);
    if (ended === undefined || !tracked.has(uid) || known.has(uid)) continue;
    ended.open.push(uid);
    if (ended === good && indexed && index !== undefined) completed.add(index);
  }
  const limit = job.spec.backoffLimitPerIndex;
  const lost = parseIndexes(job.status?.failedIndexes);
  if (limit !== undefined) for (const [index, times] of failuresByIndex) if (times > limit) lost.add(index);
  const settled = {
    succeeded: indexed ? completed.size : succeeded + good.closed,
    failed: failed + bad.closed,
  };
  return {
    settled,
    uncounted: { succeeded: good.open, failed: bad.open },
    succeeded: indexed ? completed.size : settled.succeeded + good.open.length,
    failed: settled.failed + bad.open.length,
    completed,
    lost,
  };
}

function judge(job: Job, pods: readonly Pod[], count: Count, now: number): Verdict | undefined {
  const failing = findCondition(job.status?.conditions, "FailureTarget");
  if (failing?.status === "True") {
    return { type: "Failed", reason: failing.reason ?? "", message: failing.message ?? "" };
  }
  const { completions, backoffLimit = 6, backoffLimitPerIndex, maxFailedIndexes } = job.spec;
  const perIndex = backoffLimitPerIndex !== undefined;
  const restarts = job.spec.template.spec.restartPolicy === "OnFailure" ? restartsOf(pods) : 0;
  if (count.failed > (perIndex ? (job.spec.backoffLimit ?? Number.POSITIVE_INFINITY) : backoffLimit)) return TOO_MANY;
  if (restarts > 0 && restarts >= Math.max(backoffLimit, 1)) return TOO_MANY;
  if (job.spec.suspend !== true && (untilDeadline(job, job.status?.startTime, now) ?? 1) <= 0) return TOO_LATE;
  if (maxFailedIndexes !== undefined && count.lost.size > maxFailedIndexes) return TOO_MANY_INDEXES;
  if (completions === undefined) {
    return count.succeeded > 0 && !pods.some(isActive) ? REACHED : undefined;
  }
  if (count.succeeded >= completions) return REACHED;
  if (perIndex && count.lost.size > 0 && count.succeeded + count.lost.size >= completions) return LOST_INDEXES;
  return undefined;
}

function restartsOf(pods: readonly Pod[]): number {
  const statuses = pods
    .filter((pod) => pod.status?.phase === "Running" || pod.status?.phase === "Pending")
    .flatMap((pod) => [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]);
  return statuses.reduce((sum, status) => sum + status.restartCount, 0);
}

/** The pods that are missing, by index. */
function wanted(job: Job, active: readonly Pod[], terminating: readonly Pod[], count: Count): (number | undefined)[] {
  const { completions, parallelism = 1 } = job.spec;
  const left = completions === undefined ? parallelism : completions - count.succeeded - count.lost.size;
  const replaced = job.spec.podReplacementPolicy === "Failed" ? terminating.length : 0;
  const target = completions === undefined && count.succeeded > 0 ? active.length : Math.min(left, parallelism);
  const missing = Math.max(0, target - active.length - replaced);
  if (job.spec.completionMode !== "Indexed") return Array.from({ length: missing }, () => undefined);
  const taken = new Set(active.map(indexOf));
  const free: number[] = [];
  for (let index = 0; index < (completions ?? 0) && free.length < missing; index++) {
    if (!taken.has(index) && !count.completed.has(index) && !count.lost.has(index)) free.push(index);
  }
  return free;
}

/** The active pods that are too many. */
function excess(job: Job, active: readonly Pod[], count: Count, all: boolean): Pod[] {
  if (all) return [...active];
  const { completions, parallelism = 1 } = job.spec;
  if (completions === undefined && count.succeeded > 0) return [];
  const target = completions === undefined ? parallelism : Math.min(completions - count.succeeded, parallelism);
  return podsToDelete(active, Math.max(0, active.length - Math.max(0, target)));
}

/** Milliseconds until another pod may follow the last failed one. */
function backoffLeft(failures: number, pods: readonly Pod[], now: number): number {
  const ends = pods
    .filter((pod) => pod.status?.phase === "Failed")
    .flatMap((pod) => (pod.status?.containerStatuses ?? []).map((status) => status.state.terminated?.finishedAt))
    .map((time) => (time === undefined ? 0 : Date.parse(time)));
  if (failures === 0 || ends.length === 0) return 0;
  const wait = Math.min(BACKOFF_MS * 2 ** (failures - 1), MAX_BACKOFF_MS);
  return Math.max(0, Math.max(...ends) + wait - now);
}

function untilDeadline(job: Job, startTime: string | undefined, now: number): number | undefined {
  const { activeDeadlineSeconds } = job.spec;
  if (activeDeadlineSeconds === undefined || startTime === undefined) return undefined;
  return Date.parse(startTime) + activeDeadlineSeconds * 1000 - now;
}

function nextStartTime(job: Job, suspended: boolean, now: number): string | undefined {
  if (suspended) return undefined;
  return job.status?.startTime ?? formatTime(now);
}

function nextConditions(
  job: Job,
  verdict: Verdict | undefined,
  done: boolean,
  suspended: boolean,
  now: number,
): { conditions: Condition[]; event: JobPlan["event"] } {
  const time = formatTime(now);
  const make = (type: string, status: string, reason: string, message: string): Condition => ({
    type,
    status,
    lastProbeTime: time,
    lastTransitionTime: time,
    reason,
    message,
  });
  let conditions = job.status?.conditions ?? [];
  let event: JobPlan["event"];
  const was = findCondition(conditions, "Suspended")?.status === "True";
  if (verdict === undefined && suspended !== was) {
    const next = suspended
      ? make("Suspended", "True", "JobSuspended", "Job suspended")
      : make("Suspended", "False", "JobResumed", "Job resumed");
    const present = conditions.some((one) => one.type === "Suspended");
    conditions = present ? conditions.map((one) => (one.type === "Suspended" ? next : one)) : [...conditions, next];
    event = { type: "Normal", reason: suspended ? "Suspended" : "Resumed", message: next.message ?? "" };
  }
  if (verdict === undefined) return { conditions, event };
  const interim = verdict.type === "Complete" ? "SuccessCriteriaMet" : "FailureTarget";
  if (findCondition(conditions, interim) === undefined) {
    conditions = [...conditions, make(interim, "True", verdict.reason, verdict.message)];
  }
  if (done) {
    conditions = [...conditions, make(verdict.type, "True", verdict.reason, verdict.message)];
    event =
      verdict.type === "Complete"
        ? { type: "Normal", reason: "Completed", message: "Job completed" }
        : { type: "Warning", reason: verdict.reason, message: verdict.message };
  }
  return { conditions, event };
}
