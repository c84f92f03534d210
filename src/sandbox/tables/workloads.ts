/** Rows of `apps`, `batch`, `autoscaling` and `policy`. */
import { humanDuration } from "../../core/human-duration.ts";
import type { ApiObject, JsonObject } from "../model/object.ts";
import { numberAt, objectAt, objectsAt, stringAt, stringMapAt } from "../schema/fields.ts";
import { column, type GroupPrinters, printer, wide } from "./columns.ts";
import { age, conditionOf, containerCells, formatLabels, formatSelector, NONE, since, UNSET } from "./format.ts";
import { formatMetrics } from "./metrics.ts";

const TEMPLATE = [wide("Containers"), wide("Images"), wide("Selector")];

export const APPS_PRINTERS: GroupPrinters = {
  Deployment: printer(
    [column("Name"), column("Ready"), column("Up-to-date"), column("Available"), column("Age"), ...TEMPLATE],
    (object, now) => {
      const status = objectAt(object, "status");
      return [
        object.metadata.name,
        `${count(status, "readyReplicas")}/${count(objectAt(object, "spec"), "replicas")}`,
        count(status, "updatedReplicas"),
        count(status, "availableReplicas"),
        age(object, now),
        ...templateCells(object),
      ];
    },
  ),
  ReplicaSet: printer(
    [
      column("Name"),
      column("Desired", "integer"),
      column("Current", "integer"),
      column("Ready", "integer"),
      column("Age"),
      ...TEMPLATE,
    ],
    (object, now) => {
      const status = objectAt(object, "status");
      return [
        object.metadata.name,
        count(objectAt(object, "spec"), "replicas"),
        count(status, "replicas"),
        count(status, "readyReplicas"),
        age(object, now),
        ...templateCells(object),
      ];
    },
  ),
  StatefulSet: printer(
    [column("Name"), column("Ready"), column("Age"), wide("Containers"), wide("Images")],
    (object, now) => {
      const spec = objectAt(object, "spec");
      return [
        object.metadata.name,
        `${count(objectAt(object, "status"), "readyReplicas")}/${count(spec, "replicas")}`,
        age(object, now),
        ...containerCells(objectAt(spec, "template")),
      ];
    },
  ),
  DaemonSet: printer(
    [
      column("Name"),
      column("Desired", "integer"),
      column("Current", "integer"),
      column("Ready", "integer"),
      column("Up-to-date", "integer"),
      column("Available", "integer"),
      column("Node Selector"),
      column("Age"),
      ...TEMPLATE,
    ],
    (object, now) => {
      const status = objectAt(object, "status");
      const podSpec = objectAt(objectAt(objectAt(object, "spec"), "template"), "spec");
      return [
        object.metadata.name,
        count(status, "desiredNumberScheduled"),
        count(status, "currentNumberScheduled"),
        count(status, "numberReady"),
        count(status, "updatedNumberScheduled"),
        count(status, "numberAvailable"),
        formatLabels(stringMapAt(podSpec, "nodeSelector")),
        age(object, now),
        ...templateCells(object),
      ];
    },
  ),
  ControllerRevision: printer(
    [column("Name"), column("Controller"), column("Revision", "integer"), column("Age")],
    (object, now) => {
      const owner = object.metadata.ownerReferences?.find((reference) => reference.controller === true);
      return [
        object.metadata.name,
        owner === undefined ? NONE : ownerText(owner),
        count(object, "revision"),
        age(object, now),
      ];
    },
  ),
};

export const BATCH_PRINTERS: GroupPrinters = {
  Job: printer(
    [column("Name"), column("Status"), column("Completions"), column("Duration"), column("Age"), ...TEMPLATE],
    (object, now) => [
      object.metadata.name,
      jobStatus(object),
      jobCompletions(object),
      jobDuration(object, now),
      age(object, now),
      ...templateCells(object),
    ],
  ),
  CronJob: printer(
    [
      column("Name"),
      column("Schedule"),
      column("Timezone"),
      column("Suspend", "boolean"),
      column("Active", "integer"),
      column("Last Schedule"),
      column("Age"),
      ...TEMPLATE,
    ],
    (object, now) => {
      const spec = objectAt(object, "spec");
      const status = objectAt(object, "status");
      const job = objectAt(objectAt(spec, "jobTemplate"), "spec");
      return [
        object.metadata.name,
        stringAt(spec, "schedule"),
        stringAt(spec, "timeZone") || NONE,
        spec?.suspend === undefined ? UNSET : spec.suspend === true ? "True" : "False",
        objectsAt(status, "active").length,
        status?.lastScheduleTime ? since(status.lastScheduleTime, now) : NONE,
        age(object, now),
        ...containerCells(objectAt(job, "template")),
        formatSelector(objectAt(job, "selector")),
      ];
    },
  ),
};

export const AUTOSCALING_PRINTERS: GroupPrinters = {
  HorizontalPodAutoscaler: printer(
    [
      column("Name"),
      column("Reference"),
      column("Targets"),
      column("MinPods"),
      column("MaxPods"),
      column("Replicas"),
      column("Age"),
    ],
    (object, now) => {
      const spec = objectAt(object, "spec");
      const target = objectAt(spec, "scaleTargetRef");
      const minimum = numberAt(spec, "minReplicas");
      return [
        object.metadata.name,
        `${stringAt(target, "kind")}/${stringAt(target, "name")}`,
        formatMetrics(object),
        minimum === undefined ? UNSET : String(minimum),
        count(spec, "maxReplicas"),
        count(objectAt(object, "status"), "currentReplicas"),
        age(object, now),
      ];
    },
  ),
  Scale: printer(
    [column("Name"), column("Desired", "integer"), column("Available", "integer"), column("Age")],
    (object, now) => [
      object.metadata.name,
      count(objectAt(object, "spec"), "replicas"),
      count(objectAt(object, "status"), "replicas"),
      age(object, now),
    ],
  ),
};

export const POLICY_PRINTERS: GroupPrinters = {
  PodDisruptionBudget: printer(
    [
      column("Name"),
      column("Min Available"),
      column("Max Unavailable"),
      column("Allowed Disruptions", "integer"),
      column("Age"),
    ],
    (object, now) => {
      const spec = objectAt(object, "spec");
      const text = (value: unknown) => (value === undefined ? "N/A" : String(value));
      return [
        object.metadata.name,
        text(spec?.minAvailable),
        text(spec?.maxUnavailable),
        count(objectAt(object, "status"), "disruptionsAllowed"),
        age(object, now),
      ];
    },
  ),
};

function templateCells(object: ApiObject): unknown[] {
  const spec = objectAt(object, "spec");
  return [...containerCells(objectAt(spec, "template")), formatSelector(objectAt(spec, "selector"))];
}

function jobStatus(job: ApiObject): string {
  const holds = (type: string) => conditionOf(job, type)?.status === "True";
  if (holds("Complete")) return "Complete";
  if (holds("Failed")) return "Failed";
  if (job.metadata.deletionTimestamp !== undefined) return "Terminating";
  return ["Suspended", "FailureTarget", "SuccessCriteriaMet"].find(holds) ?? "Running";
}

function jobCompletions(job: ApiObject): string {
  const spec = objectAt(job, "spec");
  const succeeded = count(objectAt(job, "status"), "succeeded");
  const completions = numberAt(spec, "completions");
  if (completions !== undefined) return `${succeeded}/${completions}`;
  const parallelism = numberAt(spec, "parallelism") ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(job: ApiObject, now: number): string {
  const status = objectAt(job, "status");
  const start = Date.parse(stringAt(status, "startTime"));
  if (Number.isNaN(start)) return "";
  const end = Date.parse(stringAt(status, "completionTime"));
  return humanDuration((Number.isNaN(end) ? now : end) - start);
}

/** `statefulset.apps/web`. */
function ownerText(owner: { apiVersion: string; kind: string; name: string }): string {
  const group = owner.apiVersion.includes("/") ? `.${owner.apiVersion.split("/")[0]}` : "";
  return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
}

function count(parent: JsonObject | undefined, field: string): number {
  return numberAt(parent, field) ?? 0;
}
