import type { UnknownObject } from "../core/object.ts";
import { isApiError, UsageError } from "../errors.ts";
import { SCHEDULE_LABEL } from "./manifests.ts";
import type { Resources } from "./resources.ts";

/** A schedule as `schedule list` shows it. */
export interface ScheduleSummary {
  readonly name: string;
  readonly namespace: string;
  readonly schedule: string;
  readonly timeZone: string | undefined;
  readonly suspended: boolean;
  /** Jobs that run now. */
  readonly active: number;
  /** RFC 3339; undefined before the first run. */
  readonly lastScheduleTime: string | undefined;
  readonly lastSuccessfulTime: string | undefined;
  readonly creationTimestamp: string | undefined;
}

/** The parts of a CronJob that are read here. */
interface CronJob extends UnknownObject {
  spec?: { schedule?: string; timeZone?: string; suspend?: boolean; jobTemplate?: UnknownObject };
  status?: { active?: unknown[]; lastScheduleTime?: string; lastSuccessfulTime?: string };
}

/** The schedules of one namespace, or of all with `"*"`, by namespace and name. */
export async function listSchedules(
  resources: Resources,
  namespace: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ScheduleSummary[]> {
  const found = await resources("cronjobs.v1.batch", namespace).list({ labels: SCHEDULE_LABEL, ...options });
  return found.map((object) => summary(object as CronJob));
}

/**
 * One schedule's CronJob.
 * @throws {UsageError} INVALID_INPUT when there is none of that name, naming those that are there
 */
export async function findSchedule(
  resources: Resources,
  namespace: string,
  name: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<CronJob> {
  const found = await resources("cronjobs.v1.batch", namespace).find(name, options);
  if (found?.metadata?.labels?.[SCHEDULE_LABEL] === name) return found as CronJob;
  const others = await listSchedules(resources, namespace, options).catch((error: unknown) => {
    if (isApiError(error)) return [];
    throw error;
  });
  const what =
    found === undefined ? "there is none of that name" : "the CronJob of that name was not made by kubescript";
  throw new UsageError("INVALID_INPUT", `Cannot find schedule "${name}" in namespace "${namespace}": ${what}`, {
    hint:
      others.length === 0
        ? "kubescript schedule list -A shows every schedule."
        : `There are: ${others.map((other) => other.name).join(", ")}`,
  });
}

function summary({ metadata, spec, status }: CronJob): ScheduleSummary {
  return {
    name: metadata?.name ?? "",
    namespace: metadata?.namespace ?? "",
    schedule: spec?.schedule ?? "",
    timeZone: spec?.timeZone,
    suspended: spec?.suspend ?? false,
    active: status?.active?.length ?? 0,
    lastScheduleTime: status?.lastScheduleTime,
    lastSuccessfulTime: status?.lastSuccessfulTime,
    creationTimestamp: metadata?.creationTimestamp,
  };
}
