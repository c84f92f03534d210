import { BUILT_IN_SCHEMAS } from "../../definitions/built-in.ts";
import { formatTime } from "../../model/clock.ts";
import { labelSelectorIn, matchesSelector } from "../../model/label-selector.ts";
import type { ApiObject, JsonObject } from "../../model/object.ts";
import { isJsonObject } from "../../model/object.ts";
import { notFound, StatusError } from "../../model/status-error.ts";
import { fieldsOf } from "../../storage/json.ts";
import type { DeleteOptions } from "../../storage/registry.ts";
import { jsonAnswer } from "../answers.ts";
import { type HttpServer, type ResourceRequest, representation, type Verb } from "../server.ts";
import { checkNamespace, decodeObject } from "../verbs/create.ts";
import { deleteContext } from "../verbs/delete.ts";
import { isDryRun } from "../write-options.ts";

const EVICTION = {
  group: "policy",
  version: "v1",
  kind: "Eviction",
  schemas: BUILT_IN_SCHEMAS,
  olderVersions: ["v1beta1"],
};
const BUDGETS = "poddisruptionbudgets.policy";

/**
 * POST of `pods/NAME/eviction`: deletes the pod unless its disruption budget forbids it.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/pod/storage/eviction.go
 */
export const evict: Verb = (server, request) => {
  const { definition, info } = request;
  const as = representation(request, []);
  const eviction = decodeObject(request, EVICTION, "CreateOptions");
  checkNamespace(eviction, info.namespace);
  const pod = server.store.get(definition.storageKey, info.namespace, info.name);
  if (pod === undefined) throw notFound(definition, info.name);
  const options = fieldsOf(eviction.deleteOptions);
  const asked = Array.isArray(options.dryRun) && options.dryRun.length > 0;
  const dryRun = asked || isDryRun(info.query, "CreateOptions");
  if (needsBudget(pod)) spendBudget(server, request, pod, dryRun);
  server.writer.delete(info.name, deletion(options), deleteContext(request, dryRun));
  return jsonAnswer(201, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 }, as.format);
};

/** A pod that has ended, has not begun, or is going already disturbs nobody. */
function needsBudget(pod: ApiObject): boolean {
  const { phase } = fieldsOf(pod.status);
  return (
    pod.metadata.deletionTimestamp === undefined && phase !== "Succeeded" && phase !== "Failed" && phase !== "Pending"
  );
}

function spendBudget(server: HttpServer, { info }: ResourceRequest, pod: ApiObject, dryRun: boolean): void {
  const budgets = server.registry
    .list(BUDGETS, info.namespace)
    .filter((budget) => matchesSelector(labelSelectorIn(fieldsOf(budget.spec).selector), pod.metadata.labels));
  const [budget, second] = budgets;
  if (budget === undefined) return;
  if (second !== undefined) {
    throw new StatusError(
      500,
      "",
      "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
    );
  }
  if (!isReady(pod) && mayEvictUnready(budget)) return;
  checkBudget(budget);
  if (dryRun) return;
  const name = pod.metadata.name ?? "";
  server.registry.modify(
    BUDGETS,
    info.namespace,
    budget.metadata.name ?? "",
    (live) => spent(live, name, formatTime(server.clock.now())),
    { manager: "kube-apiserver", subresource: "status" },
  );
}

function spent(budget: ApiObject, pod: string, time: string): ApiObject {
  const status = fieldsOf(budget.status);
  const allowed = Number(status.disruptionsAllowed ?? 0);
  return {
    ...budget,
    status: {
      ...status,
      disruptionsAllowed: allowed - 1,
      disruptedPods: { ...fieldsOf(status.disruptedPods), [pod]: time },
    },
  };
}

function checkBudget(budget: ApiObject): void {
  const status = fieldsOf(budget.status);
  const name = budget.metadata.name ?? "";
  const observed = Number(status.observedGeneration ?? 0);
  if (observed < (budget.metadata.generation ?? 0)) {
    const causes = [
      { reason: "DisruptionBudget", message: `The disruption budget ${name} is still being processed by the server.` },
    ];
    throw tooMany({ causes, retryAfterSeconds: 10 });
  }
  if (Number(status.disruptionsAllowed ?? 0) > 0) return;
  const message = `The disruption budget ${name} needs ${String(status.desiredHealthy ?? 0)} healthy pods and has ${String(status.currentHealthy ?? 0)} currently`;
  throw tooMany({ causes: [{ reason: "DisruptionBudget", message }] });
}

function tooMany(details: NonNullable<StatusError["status"]["details"]>): StatusError {
  return new StatusError(
    429,
    "TooManyRequests",
    "Cannot evict pod as it would violate the pod's disruption budget.",
    details,
  );
}

function isReady(pod: ApiObject): boolean {
  const { conditions } = fieldsOf(pod.status);
  if (!Array.isArray(conditions)) return false;
  return conditions.some(
    (condition) => isJsonObject(condition) && condition.type === "Ready" && condition.status === "True",
  );
}

/** An unready pod may go while enough others are healthy, or always where its budget says so. */
function mayEvictUnready(budget: ApiObject): boolean {
  if (fieldsOf(budget.spec).unhealthyPodEvictionPolicy === "AlwaysAllow") return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = fieldsOf(budget.status);
  return Number(currentHealthy) >= Number(desiredHealthy) && Number(desiredHealthy) > 0;
}

function deletion(options: JsonObject): DeleteOptions {
  const { gracePeriodSeconds, propagationPolicy } = options;
  const preconditions = fieldsOf(options.preconditions);
  return {
    ...(typeof gracePeriodSeconds === "number" ? { gracePeriodSeconds } : {}),
    ...(propagationPolicy === "Foreground" || propagationPolicy === "Background" || propagationPolicy === "Orphan"
      ? { propagationPolicy }
      : {}),
    ...(typeof preconditions.uid === "string" ? { uid: preconditions.uid } : {}),
    ...(typeof preconditions.resourceVersion === "string" ? { resourceVersion: preconditions.resourceVersion } : {}),
  };
}
