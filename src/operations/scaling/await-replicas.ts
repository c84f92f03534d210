import type { KubernetesObject } from "../../core/object.ts";
import { groupResource } from "../../core/path.ts";
import { isKubescriptError } from "../../errors.ts";
import type { ResourceClient, Scale } from "../../resources/client.ts";
import { type UntilOptions, until, type Verdict } from "../../resources/until.ts";
import type { HorizontalPodAutoscaler } from "../../types/autoscaling-v2.ts";
import { retold } from "../shared/retold.ts";
import { sibling } from "../shared/siblings.ts";
import { specOf, statusOf } from "../wait/conditions.ts";
import { explainTrouble } from "../wait/explain-trouble.ts";
import { isBehind } from "../wait/named-condition.ts";

/** Kinds whose status tells how many of their pods are ready. Where others keep their numbers is told by their Scale. */
const TELLS_READY: readonly string[] = [
  "deployments.apps",
  "statefulsets.apps",
  "replicasets.apps",
  "replicationcontrollers",
];

/** How many there shall be, how many there are, and how many of these are ready where that is known. */
interface Counts {
  readonly wanted: number;
  readonly present: number;
  readonly ready?: number;
}

/**
 * Waits until an object has so many replicas, and resolves with its Scale. Throws WAIT_FAILED as soon as something else
 * has scaled it.
 */
export async function awaitReplicas(
  client: ResourceClient<KubernetesObject>,
  name: string,
  replicas: number,
  options: UntilOptions,
): Promise<Scale> {
  const { namespace, signal } = options;
  const scales = client.subresource<Scale>("scale");
  const tellsReady = TELLS_READY.includes(groupResource(await client.resource()));
  let last: KubernetesObject | undefined;
  const check = async (object: KubernetesObject | undefined): Promise<Verdict<true>> => {
    if (object === undefined)
      return { type: "failed", reason: last === undefined ? "it does not exist" : "it is gone" };
    last = object;
    if (isBehind(object, statusOf(object).observedGeneration)) {
      return { type: "pending", progress: "its controller has not seen the change yet" };
    }
    return judged(
      replicas,
      tellsReady ? ownCounts(object) : scaleCounts(await scales.get(name, { namespace, signal })),
    );
  };
  try {
    await until(client, name, `have ${replicas} ${replicas === 1 ? "replica" : "replicas"}`, check, options);
  } catch (error) {
    if (!isKubescriptError(error)) throw error;
    if (error.code === "WAIT_FAILED" && last !== undefined)
      throw retold(error, error.message, await autoscalerHint(client, last, signal));
    const lines = error.code === "TIMEOUT" && last !== undefined ? await explainTrouble(client, last, signal) : [];
    const done = `The number was set to ${replicas} all the same.`;
    throw retold(error, [error.message, ...lines, done].join("\n  "), error.hint);
  }
  return scales.get(name, { namespace, signal });
}

function ownCounts(object: KubernetesObject): Counts {
  const { replicas = 0, readyReplicas = 0 } = statusOf(object);
  return { wanted: Number(specOf(object).replicas ?? 1), present: Number(replicas), ready: Number(readyReplicas) };
}

function scaleCounts({ spec, status }: Scale): Counts {
  return { wanted: spec?.replicas ?? 0, present: status?.replicas ?? 0 };
}

function judged(replicas: number, { wanted, present, ready }: Counts): Verdict<true> {
  if (wanted !== replicas) return { type: "failed", reason: `something else has scaled it to ${wanted}` };
  if (present === replicas && (ready ?? replicas) === replicas) return { type: "done", value: true };
  return { type: "pending", progress: `it has ${present}${ready === undefined ? "" : `, ${ready} of them ready`}` };
}

/** Who scales it by itself, where that can be read. */
async function autoscalerHint(
  client: ResourceClient<KubernetesObject>,
  { kind, metadata }: KubernetesObject,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const autoscalers = sibling<HorizontalPodAutoscaler>(
    client,
    "horizontalpodautoscalers.autoscaling",
    metadata?.namespace ?? "",
  );
  const all = await autoscalers.list({ signal }).catch(() => []);
  const owner = [...all].find(({ spec }) => {
    const target = spec?.scaleTargetRef;
    return target?.kind === kind && target?.name === metadata?.name;
  });
  const { minReplicas = 1, maxReplicas } = owner?.spec ?? {};
  return owner === undefined
    ? undefined
    : `HorizontalPodAutoscaler "${owner.metadata?.name ?? ""}" keeps it between ${minReplicas} and ${maxReplicas ?? minReplicas}: change or delete that.`;
}
