import { isDeepStrictEqual } from "node:util";
import { matchesSelector } from "../../model/label-selector.ts";
import type { Pod } from "../../pods/pod.ts";
import type { Job, JobStatus, PodTemplate } from "../kinds.ts";
import { claimObjects, controllerOf, ignoringNotFound } from "../ownership.ts";
import type { NewPod } from "../pod-control.ts";
import { createPodControl } from "../pod-control.ts";
import { keyOf, splitKey } from "../runtime/informer.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { CONTROLLER_MANAGER, REACTION_MS } from "../runtime/runtime.ts";
import { COMPLETION_INDEX } from "./indexes.ts";
import { finishedCondition, isTracked, planJob, TRACKING } from "./plan.ts";

/** Jobs, and the end of those that have a time to live after they finished. */
export function startJobController(runtime: Runtime): void {
  const { registry, clock } = runtime;
  const jobs = runtime.informer<Job>("jobs.batch");
  const pods = runtime.informer<Pod>("pods");
  const events = runtime.recorder("job-controller");
  const control = createPodControl(runtime, events);
  const queue = runtime.queue(reconcile, { latencyMs: REACTION_MS });
  const orphans = runtime.queue(releaseOrphan);
  const lifetimes = runtime.queue(endLifetime);

  jobs.watch(({ object, type }) => {
    queue.add(keyOf(object));
    lifetimes.add(keyOf(object));
    if (type !== "DELETED") return;
    for (const pod of pods.controlledBy(object.metadata.uid ?? "")) orphans.add(keyOf(pod));
  });
  pods.watch(({ object, previous }) => {
    const { namespace = "", labels } = object.metadata;
    for (const owner of [controllerOf(object), previous && controllerOf(previous)]) {
      if (owner?.kind !== "Job") continue;
      queue.add(`${namespace}/${owner.name}`);
      if (jobs.get(namespace, owner.name)?.metadata.uid !== owner.uid) orphans.add(keyOf(object));
    }
    if (controllerOf(object) !== undefined) return;
    if (isTracked(object)) orphans.add(keyOf(object));
    for (const job of jobs.list(namespace)) if (matchesSelector(job.spec.selector, labels)) queue.add(keyOf(job));
  });

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const job = jobs.get(namespace, name);
    if (job === undefined || job.spec.managedBy !== undefined) return;
    if (finishedCondition(job) !== undefined) {
      for (const pod of pods.controlledBy(job.metadata.uid ?? "")) if (isTracked(pod)) release(pod);
      return;
    }
    if (job.metadata.deletionTimestamp !== undefined) return;
    const { selector } = job.spec;
    const claimed = claimObjects({ registry, informer: pods, resource: "pods", owner: job, selector });
    const plan = planJob(job, claimed, clock.now());
    for (const pod of plan.remove) control.delete(job, pod);
    let current = job;
    let failure: unknown;
    try {
      for (const index of plan.create) control.create(job, job.spec.template, (pod) => jobPod(job, pod, index));
    } catch (error) {
      failure = error;
    }
    if (failure === undefined) current = writeStatus(job, plan.status);
    for (const pod of plan.release) release(pod);
    if (plan.event !== undefined) events.event(current, plan.event.type, plan.event.reason, plan.event.message);
    if (plan.againInMs !== undefined) queue.addAfter(key, plan.againInMs);
    if (failure !== undefined) throw failure;
  }

  function writeStatus(job: Job, status: JobStatus): Job {
    if (isDeepStrictEqual(status, job.status ?? {})) return job;
    const write = { manager: CONTROLLER_MANAGER, subresource: "status" };
    return registry.update("jobs.batch", { ...job, status }, write) as Job;
  }

  function release(pod: Pod): void {
    const { namespace = "", name = "", uid } = pod.metadata;
    const withoutFinalizer = (live: Pod): Pod | undefined => {
      if (live.metadata.uid !== uid || !isTracked(live)) return undefined;
      const { finalizers = [], ...metadata } = live.metadata;
      const left = finalizers.filter((one) => one !== TRACKING);
      return { ...live, metadata: left.length === 0 ? metadata : { ...metadata, finalizers: left } };
    };
    ignoringNotFound(() =>
      registry.modify("pods", namespace, name, (live) => withoutFinalizer(live as Pod), {
        manager: CONTROLLER_MANAGER,
      }),
    );
  }

  /** A pod whose Job is gone, or that it let go, is not to be counted any more. */
  function releaseOrphan(key: string): void {
    const { namespace, name } = splitKey(key);
    const pod = pods.get(namespace, name);
    if (pod === undefined || !isTracked(pod)) return;
    const owner = controllerOf(pod);
    const job = owner?.kind === "Job" ? jobs.get(namespace, owner.name) : undefined;
    if (job === undefined || job.metadata.uid !== owner?.uid) release(pod);
  }

  function endLifetime(key: string): void {
    const { namespace, name } = splitKey(key);
    const job = jobs.get(namespace, name);
    const ttl = job?.spec.ttlSecondsAfterFinished;
    const finished = job && finishedCondition(job);
    if (job === undefined || ttl === undefined || finished === undefined) return;
    if (job.metadata.deletionTimestamp !== undefined) return;
    const left = Date.parse(finished.lastTransitionTime ?? "") + ttl * 1000 - clock.now();
    if (left > 0) {
      lifetimes.addAfter(key, left);
      return;
    }
    const { uid = "" } = job.metadata;
    registry.delete("jobs.batch", namespace, name, { uid, propagationPolicy: "Foreground" });
  }
}

/** A pod of a Job holds the tracking finalizer; one of an Indexed Job knows its index in every way that upstream tells. */
function jobPod(job: Job, pod: NewPod, index: number | undefined): NewPod {
  const finalizers = [...(pod.metadata.finalizers ?? []), TRACKING];
  if (index === undefined) return { ...pod, metadata: { ...pod.metadata, finalizers } };
  const mark = { [COMPLETION_INDEX]: String(index) };
  return {
    metadata: {
      ...pod.metadata,
      generateName: `${job.metadata.name}-${index}-`,
      labels: { ...pod.metadata.labels, ...mark },
      annotations: { ...pod.metadata.annotations, ...mark },
      finalizers,
    },
    spec: withIndexVariable({ ...pod.spec, hostname: `${job.metadata.name}-${index}` }),
  };
}

function withIndexVariable(spec: PodTemplate["spec"]): PodTemplate["spec"] {
  const variable = {
    name: "JOB_COMPLETION_INDEX",
    valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } },
  };
  const add = (containers: PodTemplate["spec"]["containers"]): PodTemplate["spec"]["containers"] =>
    containers.map((container) =>
      container.env?.some(({ name }) => name === variable.name)
        ? container
        : { ...container, env: [...(container.env ?? []), variable] },
    );
  return {
    ...spec,
    containers: add(spec.containers),
    ...(spec.initContainers === undefined ? {} : { initContainers: add(spec.initContainers) }),
  };
}
