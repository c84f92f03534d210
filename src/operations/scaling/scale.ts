import type { KubernetesObject } from "../../core/object.ts";
import { groupResource } from "../../core/path.ts";
import { KubescriptError } from "../../errors.ts";
import type { ResourceClient, Scale } from "../../resources/client.ts";
import { nextTry } from "../../resources/next-try.ts";
import type { WriteOptions } from "../../resources/options.ts";
import { until, type Verdict } from "../../resources/until.ts";
import { statusOf } from "../wait/conditions.ts";

export interface ScaleOptions extends WriteOptions {
  /** Scales only while it is at so many; else CONFLICT. */
  readonly currentReplicas?: number | undefined;
  /** Scales only over that version of the object; else CONFLICT. */
  readonly resourceVersion?: string | undefined;
  /** Also waits until so many pods are there, and ready where the kind tells. Default false. */
  readonly wait?: boolean | undefined;
  /** How long to wait for them. Default: no limit but the signal. */
  readonly timeoutMs?: number | undefined;
}

/** Kinds whose status tells how many of their pods are ready. */
const TELLS_READY: readonly string[] = [
  "deployments.apps",
  "statefulsets.apps",
  "replicasets.apps",
  "replicationcontrollers",
];

/** Sets the number of replicas, where asked for under a condition, and waits for them where asked for. */
export async function scale(
  client: ResourceClient<KubernetesObject>,
  name: string,
  replicas: number,
  set: (options: WriteOptions) => Promise<Scale>,
  options: ScaleOptions,
): Promise<Scale> {
  const { currentReplicas, resourceVersion, wait = false, timeoutMs, ...write } = options;
  const scaled =
    currentReplicas === undefined && resourceVersion === undefined
      ? await set(write)
      : await setOver(client, name, replicas, { currentReplicas, resourceVersion }, write);
  if (wait && !client.storesNothing && options.dryRun !== true) await untilScaled(client, name, replicas, options);
  return scaled;
}

async function setOver(
  client: ResourceClient<KubernetesObject>,
  name: string,
  replicas: number,
  wanted: Pick<ScaleOptions, "currentReplicas" | "resourceVersion">,
  options: WriteOptions,
): Promise<Scale> {
  const subresource = client.subresource<Scale>("scale");
  const label = `${groupResource(await client.resource())} "${name}"`;
  for (let tried = 1; ; tried += 1) {
    const current = await subresource.get(name, options);
    const at = current.spec?.replicas ?? 0;
    const { currentReplicas = at, resourceVersion = current.metadata?.resourceVersion } = wanted;
    if (at !== currentReplicas) {
      throw new KubescriptError(
        "CONFLICT",
        `Cannot scale ${label} from ${currentReplicas} to ${replicas}: it is at ${at}`,
      );
    }
    // PUT over the version that was looked at: who changes it meanwhile makes this a conflict.
    const metadata = { ...current.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
    try {
      return await subresource.replace({ ...current, metadata, spec: { replicas } }, options);
    } catch (error) {
      // Unless just that version was asked for: status writes are no other wish.
      const tries = wanted.resourceVersion === undefined ? undefined : 1;
      await nextTry(error, tried, { timing: client.timing, tries, signal: options.signal });
    }
  }
}

async function untilScaled(
  client: ResourceClient<KubernetesObject>,
  name: string,
  wanted: number,
  { namespace, signal, timeoutMs }: ScaleOptions,
): Promise<void> {
  const tellsReady = TELLS_READY.includes(groupResource(await client.resource()));
  await until(
    client,
    name,
    `have ${wanted} replicas`,
    (object): Verdict<true> => {
      if (object === undefined) return { type: "failed", reason: "it does not exist" };
      const { observedGeneration, replicas = 0, readyReplicas = 0 } = statusOf(object);
      if (typeof observedGeneration === "number" && observedGeneration < (object.metadata?.generation ?? 0)) {
        return { type: "pending", progress: "its controller has not seen the change yet" };
      }
      if (replicas === wanted && (!tellsReady || readyReplicas === wanted)) return { type: "done", value: true };
      const ready = tellsReady ? `, ${String(readyReplicas)} of them ready` : "";
      return { type: "pending", progress: `it has ${String(replicas)}${ready}` };
    },
    { namespace, signal, timeoutMs },
  );
}
