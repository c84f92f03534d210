/** Jobs and CronJobs: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/batch/validation/validation.go */
import { labelSelectorIn, matchesSelector } from "../model/label-selector.ts";
import type { ApiObject, JsonObject } from "../model/object.ts";
import { numberAt, objectAt, objectsAt, semanticEqual, stringAt, stringMapAt } from "../schema/fields.ts";
import { scheduleError } from "./cron-schedule.ts";
import type { FieldErrors } from "./field-errors.ts";
import { validateLabelSelector } from "./label-selector.ts";
import { dnsLabel } from "./names.ts";
import { validatePodTemplate } from "./pods.ts";
import { IMMUTABLE, validateChoice, validateImmutable, validateNotNegative } from "./values.ts";

const COUNTS = [
  "parallelism",
  "completions",
  "activeDeadlineSeconds",
  "backoffLimit",
  "ttlSecondsAfterFinished",
  "backoffLimitPerIndex",
  "maxFailedIndexes",
];
const MODES = ["Indexed", "NonIndexed"];
const CONCURRENCY = ["Allow", "Forbid", "Replace"];
const CRON_NAME_LENGTH = 52;
const MAX_INDEXED_PARALLELISM = 100_000;
const FIXED = ["completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"];

export function validateJob(errors: FieldErrors, object: ApiObject): void {
  const spec = objectAt(object, "spec") ?? {};
  validateJobSpec(errors, spec, "spec");
  const selector = objectAt(spec, "selector");
  if (selector === undefined) errors.required("spec.selector");
  else validateLabelSelector(errors, selector, "spec.selector");
  const labels = stringMapAt(objectAt(objectAt(spec, "template"), "metadata"), "labels");
  if (selector !== undefined && !matchesSelector(labelSelectorIn(selector), labels)) {
    errors.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
  }
}

export function validateJobUpdate(errors: FieldErrors, object: ApiObject, old: ApiObject): void {
  const spec = objectAt(object, "spec") ?? {};
  const before = objectAt(old, "spec") ?? {};
  const elastic =
    spec.completionMode === "Indexed" && spec.completions === spec.parallelism && before.completions !== undefined;
  if (!semanticEqual(spec.completions, before.completions) && !elastic) {
    errors.invalid("spec.completions", spec.completions, IMMUTABLE);
  }
  validateImmutable(errors, spec.selector, before.selector, "spec.selector");
  const suspended = before.suspend === true && stringAt(objectAt(old, "status"), "startTime") === "";
  const template = suspended ? withoutDirectives(spec.template) : spec.template;
  const oldTemplate = suspended ? withoutDirectives(before.template) : before.template;
  if (!semanticEqual(template, oldTemplate)) errors.invalid("spec.template", spec.template, IMMUTABLE);
  for (const field of FIXED) validateImmutable(errors, spec[field], before[field], `spec.${field}`);
}

export function validateCronJob(errors: FieldErrors, object: ApiObject): void {
  const spec = objectAt(object, "spec") ?? {};
  const schedule = stringAt(spec, "schedule");
  if (schedule === "") errors.required("spec.schedule");
  else if (schedule.includes("TZ")) {
    errors.invalid("spec.schedule", schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
  } else {
    const message = scheduleError(schedule);
    if (message !== undefined) errors.invalid("spec.schedule", schedule, message);
  }
  validateNotNegative(errors, spec, ["startingDeadlineSeconds"], "spec");
  validateTimeZone(errors, spec);
  validateChoice(errors, spec, "concurrencyPolicy", CONCURRENCY, "spec");
  const template = objectAt(spec, "jobTemplate");
  const job = objectAt(template, "spec") ?? {};
  validateJobSpec(errors, job, "spec.jobTemplate.spec");
  if (objectAt(job, "selector") !== undefined) {
    errors.invalid("spec.jobTemplate.spec.selector", job.selector, "`selector` will be auto-generated");
  }
  if (job.manualSelector === true) {
    errors.notSupported("spec.jobTemplate.spec.manualSelector", true, ["nil", "false"]);
  }
  validateNotNegative(errors, spec, ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"], "spec");
}

/** The names of its Jobs have eleven characters more. */
export function validateCronJobName(errors: FieldErrors, object: ApiObject): void {
  const { name = "" } = object.metadata;
  if (name.length > CRON_NAME_LENGTH) errors.invalid("metadata.name", name, "must be no more than 52 characters");
}

function validateJobSpec(errors: FieldErrors, spec: JsonObject, path: string): void {
  validateNotNegative(errors, spec, COUNTS, path);
  const mode = stringAt(spec, "completionMode");
  if (mode !== "" && !MODES.includes(mode)) errors.notSupported(`${path}.completionMode`, mode, MODES);
  if (mode === "Indexed") {
    if (spec.completions === undefined) errors.required(`${path}.completions`, "when completion mode is Indexed");
    const parallelism = numberAt(spec, "parallelism") ?? 0;
    if (parallelism > MAX_INDEXED_PARALLELISM) {
      const detail = "must be less than or equal to 100000 when completion mode is Indexed";
      errors.invalid(`${path}.parallelism`, parallelism, detail);
    }
  } else if (spec.backoffLimitPerIndex !== undefined) {
    errors.invalid(`${path}.backoffLimitPerIndex`, spec.backoffLimitPerIndex, "requires indexed completion mode");
  }
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.required(`${path}.backoffLimitPerIndex`, "when maxFailedIndexes is specified");
  }
  const template = objectAt(spec, "template") ?? {};
  validatePodTemplate(errors, template, `${path}.template`);
  validateRestartPolicy(errors, template, objectAt(spec, "podFailurePolicy") !== undefined, `${path}.template.spec`);
  for (const [index, rule] of objectsAt(objectAt(spec, "podFailurePolicy"), "rules").entries()) {
    const at = `${path}.podFailurePolicy.rules[${index}]`;
    const [codes, conditions] = [objectAt(rule, "onExitCodes"), objectsAt(rule, "onPodConditions")];
    if (codes !== undefined && conditions.length > 0) {
      errors.invalid(at, null, "specifying both OnExitCodes and OnPodConditions is not supported");
    } else if (codes === undefined && conditions.length === 0) {
      errors.invalid(at, null, "specifying one of OnExitCodes and OnPodConditions is required");
    }
  }
}

function validateRestartPolicy(errors: FieldErrors, template: JsonObject, failurePolicy: boolean, path: string): void {
  const policy = stringAt(objectAt(template, "spec"), "restartPolicy");
  if (policy === "Always" || policy === "") {
    errors.required(`${path}.restartPolicy`, 'valid values: "OnFailure", "Never"');
  } else if (policy !== "OnFailure" && policy !== "Never") {
    errors.notSupported(`${path}.restartPolicy`, policy, ["OnFailure", "Never"]);
  } else if (failurePolicy && policy !== "Never") {
    errors.invalid(`${path}.restartPolicy`, policy, `only "Never" is supported when podFailurePolicy is specified`);
  }
}

function validateTimeZone(errors: FieldErrors, spec: JsonObject): void {
  const { timeZone } = spec;
  if (typeof timeZone !== "string") return;
  if (timeZone === "") errors.invalid("spec.timeZone", timeZone, "timeZone must be nil or non-empty string");
  else if (timeZone.toLowerCase() === "local") {
    errors.invalid(
      "spec.timeZone",
      timeZone,
      "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones",
    );
  } else if (!isTimeZone(timeZone)) errors.invalid("spec.timeZone", timeZone, `unknown time zone ${timeZone}`);
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

/** A template without what a suspended Job may still change about where its pods run. */
function withoutDirectives(template: unknown): unknown {
  const { metadata, spec, ...rest } = (template ?? {}) as JsonObject;
  const { labels: _labels, annotations: _annotations, ...otherMetadata } = (metadata ?? {}) as JsonObject;
  const {
    nodeSelector: _nodeSelector,
    affinity: _affinity,
    tolerations: _tolerations,
    schedulingGates: _gates,
    ...otherSpec
  } = (spec ?? {}) as JsonObject;
  return { ...rest, metadata: otherMetadata, spec: otherSpec };
}

/** An Indexed Job's pods are named by it and their index, as host names. */
export function validateJobName(errors: FieldErrors, object: ApiObject): void {
  const spec = objectAt(object, "spec");
  if (spec?.completionMode !== "Indexed") return;
  const last = Math.max(0, (numberAt(spec, "completions") ?? 1) - 1);
  const { name = "" } = object.metadata;
  const [message] = dnsLabel(`${name}-${last}`);
  if (message !== undefined)
    errors.invalid("metadata.name", name, `will not able to create pod with invalid DNS label: ${name}-${last}`);
}
