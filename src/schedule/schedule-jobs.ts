import type { UnknownObject } from "../core/object.ts";
import { findSchedule } from "./find-schedule.ts";
import { SCHEDULE_LABEL } from "./manifests.ts";
import type { Resources } from "./resources.ts";

/** One run of a schedule. */
export interface ScheduleRun {
  readonly job: string;
  readonly state: "active" | "complete" | "failed" | "suspended";
  /** Why it failed, in the controller's words. */
  readonly reason: string | undefined;
  readonly startTime: string | undefined;
  readonly completionTime: string | undefined;
}

interface Job extends UnknownObject {
  spec?: { suspend?: boolean };
  status?: {
    startTime?: string;
    completionTime?: string;
    conditions?: { type: string; status: string; message?: string; lastTransitionTime?: string }[];
  };
}

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a schedule now, beside its turns: a Job from the CronJob's template, marked as `kubectl create job --from`
 * marks it, and owned by the CronJob so that it goes with it.
 */
export async function runSchedule(
  resources: Resources,
  namespace: string,
  name: string,
  options: CallOptions & { readonly now?: () => number } = {},
): Promise<UnknownObject> {
  const cronJob = await findSchedule(resources, namespace, name, options);
  const template = cronJob.spec?.jobTemplate;
  return resources("jobs.v1.batch", namespace).create(
    {
      metadata: {
        generateName: `${name.slice(0, 47)}-manual-`,
        labels: { ...template?.metadata?.labels },
        annotations: { ...template?.metadata?.annotations, "cronjob.kubernetes.io/instantiate": "manual" },
        ownerReferences: [
          {
            apiVersion: "batch/v1",
            kind: "CronJob",
            name,
            uid: cronJob.metadata?.uid ?? "",
            controller: true,
          },
        ],
      },
      spec: template?.spec,
    },
    { signal: options.signal },
  );
}

/** The Jobs of a schedule that are still kept, the newest first. */
export async function scheduleHistory(
  resources: Resources,
  namespace: string,
  name: string,
  options: CallOptions = {},
): Promise<ScheduleRun[]> {
  await findSchedule(resources, namespace, name, options);
  return (await jobsOf(resources, namespace, name, options)).map((job) => {
    const end = job.status?.conditions?.find(
      ({ type, status }) => (type === "Complete" || type === "Failed") && status === "True",
    );
    return {
      job: job.metadata?.name ?? "",
      state:
        end !== undefined
          ? end.type === "Failed"
            ? "failed"
            : "complete"
          : job.spec?.suspend
            ? "suspended"
            : "active",
      reason: end?.type === "Failed" ? end.message : undefined,
      startTime: job.status?.startTime,
      completionTime: job.status?.completionTime ?? end?.lastTransitionTime,
    };
  });
}

/** Stops (`suspend: true`) or resumes a schedule's turns; a run under way goes on. */
export async function suspendSchedule(
  resources: Resources,
  namespace: string,
  name: string,
  suspend: boolean,
  options: CallOptions = {},
): Promise<UnknownObject> {
  await findSchedule(resources, namespace, name, options);
  return resources("cronjobs.v1.batch", namespace).patch(name, { spec: { suspend } }, options);
}

/** Names of the pods of a schedule's newest Job, in order of creation; empty when no Job is kept. */
export async function newestRunPods(
  resources: Resources,
  namespace: string,
  name: string,
  options: CallOptions = {},
): Promise<{ readonly job: string | undefined; readonly pods: readonly string[] }> {
  await findSchedule(resources, namespace, name, options);
  const [newest] = await jobsOf(resources, namespace, name, options);
  if (newest === undefined) return { job: undefined, pods: [] };
  const job = newest.metadata?.name ?? "";
  const pods = await resources("pods", namespace).list({ labels: { "batch.kubernetes.io/job-name": job }, ...options });
  return { job, pods: [...pods].sort(byCreation).map((pod) => pod.metadata?.name ?? "") };
}

async function jobsOf(resources: Resources, namespace: string, name: string, options: CallOptions): Promise<Job[]> {
  const jobs = await resources("jobs.v1.batch", namespace).list({ labels: { [SCHEDULE_LABEL]: name }, ...options });
  return [...(jobs as Iterable<Job>)].sort((a, b) => byCreation(b, a));
}

function byCreation(a: UnknownObject, b: UnknownObject): number {
  const [left, right] = [a.metadata?.creationTimestamp ?? "", b.metadata?.creationTimestamp ?? ""];
  return left === right ? 0 : left < right ? -1 : 1;
}
