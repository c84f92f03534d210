import type { ObjectMeta } from "../../core/object.ts";
import type { CronJob, Job } from "../../types/batch-v1.ts";
import { type ContainerOptions, containerOf } from "./containers.ts";
import { given, type MakeOptions, making, metadataFor } from "./making.ts";

/** A Job of an image, or of a CronJob's template. */
export type MakeJobOptions = ImageJobOptions | CronJobRunOptions;

export interface ImageJobOptions extends MakeOptions, ContainerOptions {
  readonly image: string;
  readonly from?: undefined;
}

export interface CronJobRunOptions extends MakeOptions {
  /** Runs a CronJob now: the object, as `k8s.cronjobs.get(name)` gives it. */
  readonly from: CronJob;
  readonly image?: undefined;
  readonly command?: undefined;
  readonly env?: undefined;
}

export interface MakeCronJobOptions extends MakeOptions, ContainerOptions {
  readonly image: string;
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  readonly schedule: string;
  /** Default `OnFailure`. */
  readonly restart?: "OnFailure" | "Never" | undefined;
}

export function makeJob(name: string, options: MakeJobOptions): Job {
  const refuse = making("Job", name, options, ["image", "command", "env", "from"]);
  const { image, from, command, env } = options;
  if (from === undefined) {
    const container = containerOf(refuse, name, image, { command, env });
    return {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: metadataFor(name, options),
      spec: { template: { spec: { containers: [container], restartPolicy: "Never" } } },
    };
  }
  const own = Object.entries({ image, command, env }).find(([, value]) => value !== undefined);
  if (own !== undefined)
    throw refuse(`from and ${own[0]} are given together`, "A CronJob's template says both already.");
  const template = from.spec?.jobTemplate;
  if (template?.spec === undefined) {
    throw refuse("from is no CronJob", 'Give the object: { from: await k8s.cronjobs.get("backup") }.');
  }
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      ...metadataFor(name, {
        // An owner must be in the same namespace.
        namespace: options.namespace ?? from.metadata?.namespace,
        labels: { ...template.metadata?.labels, ...options.labels },
        annotations: {
          ...template.metadata?.annotations,
          "cronjob.kubernetes.io/instantiate": "manual",
          ...options.annotations,
        },
      }),
      ...ownedBy(from.metadata),
    },
    spec: structuredClone(template.spec),
  };
}

/** Nobody owns what is made from a manifest that no server has stored. */
function ownedBy(metadata: ObjectMeta | undefined): Pick<ObjectMeta, "ownerReferences"> {
  const { name, uid } = metadata ?? {};
  if (name === undefined || uid === undefined) return {};
  return { ownerReferences: [{ apiVersion: "batch/v1", kind: "CronJob", name, uid, controller: true }] };
}

export function makeCronJob(name: string, options: MakeCronJobOptions): CronJob {
  const refuse = making("CronJob", name, options, ["image", "schedule", "restart", "command", "env"]);
  const { image, schedule, restart = "OnFailure", command, env } = options;
  if (typeof schedule !== "string" || !/^(@\w+.*|\S+(\s+\S+){4})$/.test(schedule.trim())) {
    throw refuse(
      `schedule is ${JSON.stringify(schedule)}`,
      'It has five fields: "*/5 * * * *", or is a word such as "@daily".',
    );
  }
  if (restart !== "OnFailure" && restart !== "Never") {
    throw refuse(`restart is ${JSON.stringify(restart)}`, "It is OnFailure or Never.");
  }
  const container = containerOf(refuse, name, image, { command, env });
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: metadataFor(name, options),
    spec: {
      schedule,
      jobTemplate: {
        metadata: given({ name, labels: options.labels }),
        spec: { template: { spec: { containers: [container], restartPolicy: restart } } },
      },
    },
  };
}
