import { formatTime } from "../model/clock.ts";
import { canonicalImage, containerId, imageId } from "./images.ts";
import type { Condition, ContainerStatus, Pod, PodStatus } from "./pod.ts";
import { findCondition } from "./pod.ts";
import type { ContainerRuntime, PodRuntime } from "./pod-runtime.ts";
import { isInitialized, isSidecar, restarts } from "./pod-runtime.ts";

/** The whole status that the kubelet reports for what its runtime knows; conditions keep their time while they hold. */
export function podStatus(runtime: PodRuntime, now: number): PodStatus {
  const { pod, nodeAddress, podIP, failure } = runtime;
  const phase = podPhase(runtime);
  const inits = runtime.containers.filter((one) => one.role === "init");
  const mains = runtime.containers.filter((one) => one.role === "main");
  const ephemerals = runtime.containers.filter((one) => one.role === "ephemeral");
  const { generation } = pod.metadata;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase,
    conditions: podConditions(runtime, phase, now),
    ...(failure === undefined ? {} : { message: failure.message, reason: failure.reason }),
    hostIP: nodeAddress,
    hostIPs: [{ ip: nodeAddress }],
    ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }),
    startTime: formatTime(runtime.startedAt),
    ...(inits.length === 0 ? {} : { initContainerStatuses: inits.map((one) => containerStatus(pod, one)) }),
    containerStatuses: mains.map((one) => containerStatus(pod, one)),
    ...(ephemerals.length === 0
      ? {}
      : { ephemeralContainerStatuses: ephemerals.map((one) => containerStatus(pod, one)) }),
    ...(pod.status?.qosClass === undefined ? {} : { qosClass: pod.status.qosClass }),
    resources: {},
  };
}

function podPhase(runtime: PodRuntime): NonNullable<PodStatus["phase"]> {
  if (runtime.failure !== undefined) return "Failed";
  const inits = runtime.containers.filter((one) => one.role === "init");
  const mains = runtime.containers.filter((one) => one.role === "main");
  const lost = inits.find((one) => one.phase.state === "terminated" && !isInitialized(one));
  if (lost?.phase.state === "terminated" && !restarts(runtime, lost, lost.phase.end.exitCode)) return "Failed";
  if (!inits.every(isInitialized)) return "Pending";
  const ends = mains.flatMap((one) =>
    one.phase.state === "terminated" ? [{ one, code: one.phase.end.exitCode }] : [],
  );
  const leaving = runtime.pod.metadata.deletionTimestamp !== undefined;
  if (ends.length === mains.length && ends.every(({ one, code }) => leaving || !restarts(runtime, one, code))) {
    return ends.every(({ code }) => code === 0) ? "Succeeded" : "Failed";
  }
  const waiting = mains.some((one) => one.phase.state === "waiting" && one.last === undefined);
  return waiting ? "Pending" : "Running";
}

function podConditions(runtime: PodRuntime, phase: string, now: number): Condition[] {
  const { pod } = runtime;
  const mains = runtime.containers.filter((one) => one.role === "main");
  const completed = phase === "Succeeded";
  const ended = completed || phase === "Failed";
  const uninitialized = runtime.containers
    .filter((one) => one.role === "init" && !isInitialized(one))
    .map((one) => one.spec.name);
  const unready = [...runtime.containers.filter(isSidecar), ...mains].filter((one) => !one.ready);
  const initialized: Verdict = completed
    ? { status: "True", reason: "PodCompleted" }
    : uninitialized.length === 0
      ? { status: "True" }
      : {
          status: "False",
          reason: "ContainersNotInitialized",
          message: `containers with incomplete status: [${uninitialized.join(" ")}]`,
        };
  const containersReady: Verdict = completed
    ? { status: "False", reason: "PodCompleted" }
    : phase === "Failed"
      ? { status: "False", reason: "PodFailed" }
      : unready.length === 0
        ? { status: "True" }
        : {
            status: "False",
            reason: "ContainersNotReady",
            message: `containers with unready status: [${unready.map((one) => one.spec.name).join(" ")}]`,
          };
  const gates = (pod.spec.readinessGates ?? []).map((gate) => gate.conditionType);
  const closed = gates.filter((gate) => findCondition(pod.status?.conditions, gate)?.status !== "True");
  const ready: Verdict =
    containersReady.status === "True" && closed.length > 0
      ? {
          status: "False",
          reason: "ReadinessGatesNotReady",
          message: closed
            .map((gate) => `corresponding condition of pod readiness gate "${gate}" does not exist.`)
            .join(", "),
        }
      : containersReady;
  const verdicts: [string, Verdict][] = [
    ["PodReadyToStartContainers", { status: runtime.sandboxReady && !ended ? "True" : "False" }],
    ["Initialized", initialized],
    ["Ready", ready],
    ["ContainersReady", containersReady],
    ["PodScheduled", { status: "True" }],
  ];
  const own = new Set(verdicts.map(([type]) => type));
  const foreign = (pod.status?.conditions ?? []).filter((one) => !own.has(one.type));
  return [...verdicts.map(([type, verdict]) => condition(pod, type, verdict, now)), ...foreign];
}

interface Verdict {
  readonly status: "True" | "False";
  readonly reason?: string;
  readonly message?: string;
}

function condition(pod: Pod, type: string, verdict: Verdict, now: number): Condition {
  const before = findCondition(pod.status?.conditions, type);
  const since = before?.status === verdict.status ? before.lastTransitionTime : undefined;
  const { generation } = pod.metadata;
  return {
    type,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    status: verdict.status,
    lastProbeTime: null,
    lastTransitionTime: since ?? formatTime(now),
    ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
    ...(verdict.message === undefined ? {} : { message: verdict.message }),
  };
}

function containerStatus(pod: Pod, container: ContainerRuntime): ContainerStatus {
  const { spec, phase, last, restartCount } = container;
  const image = spec.image ?? "";
  const ran = phase.state !== "waiting" || last !== undefined;
  const uid = pod.metadata.uid ?? "";
  const mounts = (spec.volumeMounts ?? []).map((mount) =>
    mount.readOnly === true ? { ...mount, recursiveReadOnly: "Disabled" } : mount,
  );
  const id = phase.state === "waiting" ? last?.containerID : containerId(uid, spec.name, restartCount);
  return {
    name: spec.name,
    state: containerState(container),
    lastState: last === undefined ? {} : { terminated: last },
    ready: container.ready,
    restartCount,
    image: ran ? canonicalImage(image) : image,
    imageID: ran ? imageId(image) : "",
    ...(id === undefined ? {} : { containerID: id }),
    started: container.started,
    ...(ran ? { resources: spec.resources ?? {} } : {}),
    ...(mounts.length === 0 ? {} : { volumeMounts: mounts }),
  };
}

function containerState({ phase }: ContainerRuntime): ContainerStatus["state"] {
  switch (phase.state) {
    case "waiting":
      return { waiting: { reason: phase.reason, ...(phase.message === undefined ? {} : { message: phase.message }) } };
    case "running":
      return { running: { startedAt: formatTime(phase.startedAt) } };
    case "terminated":
      return { terminated: phase.end };
  }
}
