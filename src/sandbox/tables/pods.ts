import type { ApiObject, JsonObject } from "../model/object.ts";
import { numberAt, objectAt, objectsAt, stringAt } from "../schema/fields.ts";
import { column, printer, wide } from "./columns.ts";
import { age, conditionOf, NONE, since } from "./format.ts";
import type { TablePrinter } from "./table.ts";

/** A pod's row: readiness, the one word that says most about it, and restarts. */
export const POD_PRINTER: TablePrinter = printer(
  [
    column("Name"),
    column("Ready"),
    column("Status"),
    column("Restarts"),
    column("Age"),
    wide("IP"),
    wide("Node"),
    wide("Nominated Node"),
    wide("Readiness Gates"),
  ],
  (pod, now) => {
    const summary = summarize(pod);
    const status = objectAt(pod, "status");
    const restarts =
      summary.restarts !== 0 && summary.lastRestart !== undefined
        ? `${summary.restarts} (${since(summary.lastRestart, now)} ago)`
        : String(summary.restarts);
    return [
      pod.metadata.name,
      `${summary.ready}/${summary.total}`,
      summary.reason,
      restarts,
      age(pod, now),
      stringAt(objectsAt(status, "podIPs")[0], "ip") || stringAt(status, "podIP") || NONE,
      stringAt(objectAt(pod, "spec"), "nodeName") || NONE,
      stringAt(status, "nominatedNodeName") || NONE,
      readinessGates(pod),
    ];
  },
);

interface PodSummary {
  reason: string;
  ready: number;
  total: number;
  restarts: number;
  /** RFC 3339 of the last termination that a restart followed. */
  lastRestart: string | undefined;
}

/** What `kubectl get pods` makes of a pod's status. */
function summarize(pod: ApiObject): PodSummary {
  const spec = objectAt(pod, "spec");
  const status = objectAt(pod, "status");
  const phase = stringAt(status, "phase");
  const initContainers = objectsAt(spec, "initContainers");
  const sidecars = new Set(initContainers.filter(isSidecar).map((container) => stringAt(container, "name")));
  const summary: PodSummary = {
    reason: stringAt(status, "reason") || phase,
    ready: 0,
    total: objectsAt(spec, "containers").length + sidecars.size,
    restarts: 0,
    lastRestart: undefined,
  };
  if (conditionOf(pod, "PodScheduled")?.reason === "SchedulingGated") summary.reason = "SchedulingGated";
  const initializing = summarizeInit(
    summary,
    objectsAt(status, "initContainerStatuses"),
    sidecars,
    initContainers.length,
  );
  if (!initializing || conditionOf(pod, "Initialized")?.status === "True") {
    const own = objectsAt(status, "initContainerStatuses").filter((one) => sidecars.has(stringAt(one, "name")));
    summary.restarts = 0;
    summary.lastRestart = undefined;
    for (const container of own) countRestarts(summary, container);
    summarizeMain(summary, pod, objectsAt(status, "containerStatuses"));
  }
  if (pod.metadata.deletionTimestamp !== undefined) {
    if (stringAt(status, "reason") === "NodeLost") summary.reason = "Unknown";
    else if (phase !== "Succeeded" && phase !== "Failed") summary.reason = "Terminating";
  }
  return summary;
}

/** Init containers run one after another: the first that is not done says how far the pod is. */
function summarizeInit(
  summary: PodSummary,
  statuses: readonly JsonObject[],
  sidecars: ReadonlySet<string>,
  total: number,
): boolean {
  for (const [index, container] of statuses.entries()) {
    countRestarts(summary, container);
    const state = objectAt(container, "state");
    const terminated = objectAt(state, "terminated");
    const waiting = stringAt(objectAt(state, "waiting"), "reason");
    if (terminated !== undefined && (numberAt(terminated, "exitCode") ?? 0) === 0) continue;
    if (sidecars.has(stringAt(container, "name")) && container.started === true) {
      if (container.ready === true) summary.ready += 1;
      continue;
    }
    if (terminated !== undefined) summary.reason = `Init:${terminationReason(terminated)}`;
    else if (waiting !== "" && waiting !== "PodInitializing") summary.reason = `Init:${waiting}`;
    else summary.reason = `Init:${index}/${total}`;
    return true;
  }
  return false;
}

function summarizeMain(summary: PodSummary, pod: ApiObject, statuses: readonly JsonObject[]): void {
  let running = false;
  for (const container of [...statuses].reverse()) {
    countRestarts(summary, container);
    const state = objectAt(container, "state");
    const terminated = objectAt(state, "terminated");
    const waiting = stringAt(objectAt(state, "waiting"), "reason");
    if (waiting !== "") summary.reason = waiting;
    else if (terminated !== undefined) summary.reason = terminationReason(terminated);
    else if (container.ready === true && objectAt(state, "running") !== undefined) {
      running = true;
      summary.ready += 1;
    }
  }
  if (summary.reason === "Completed" && running) {
    summary.reason = conditionOf(pod, "Ready")?.status === "True" ? "Running" : "NotReady";
  }
}

function terminationReason(terminated: JsonObject): string {
  const signal = numberAt(terminated, "signal") ?? 0;
  const code = signal === 0 ? `ExitCode:${numberAt(terminated, "exitCode") ?? 0}` : `Signal:${signal}`;
  return stringAt(terminated, "reason") || code;
}

function countRestarts(summary: PodSummary, container: JsonObject): void {
  summary.restarts += numberAt(container, "restartCount") ?? 0;
  const finished = stringAt(objectAt(objectAt(container, "lastState"), "terminated"), "finishedAt");
  if (finished !== "" && (summary.lastRestart === undefined || finished > summary.lastRestart)) {
    summary.lastRestart = finished;
  }
}

function readinessGates(pod: ApiObject): string {
  const gates = objectsAt(objectAt(pod, "spec"), "readinessGates");
  if (gates.length === 0) return NONE;
  const passed = gates.filter((gate) => conditionOf(pod, stringAt(gate, "conditionType"))?.status === "True");
  return `${passed.length}/${gates.length}`;
}

function isSidecar(container: JsonObject): boolean {
  return container.restartPolicy === "Always";
}
