import type { KubernetesObject } from "../../core/object.ts";
import { groupResource } from "../../core/path.ts";
import { KubescriptError } from "../../errors.ts";
import type { ResourceClient, Scale } from "../../resources/client.ts";
import { requireTimeLimit } from "../../resources/deadline.ts";
import { nextTry } from "../../resources/next-try.ts";
import type { WriteOptions } from "../../resources/options.ts";
import { requireReplicas } from "../../resources/replicas.ts";
import { foundFor } from "../shared/object-for.ts";
import { awaitReplicas } from "./await-replicas.ts";
import { requireScale } from "./require-scale.ts";

export interface ScaleOptions extends WriteOptions {
  /** Scales only while it is at so many; else CONFLICT. */
  readonly currentReplicas?: number | undefined;
  /** Scales only over that version of the object; else CONFLICT. */
  readonly resourceVersion?: string | undefined;
  /** Also waits until so many pods are there, and ready where the kind tells. Default false. */
  readonly wait?: boolean | undefined;
  /** How long to wait for them; 0 looks once. Default: no limit but the signal. */
  readonly timeoutMs?: number | undefined;
}

/** The Scale as it is. */
export async function readScale(
  client: ResourceClient<KubernetesObject>,
  name: string,
  read: () => Promise<Scale>,
): Promise<Scale> {
  const action = "read the scale of";
  await requireScale(client, action, name);
  return foundFor(client, action, name, read);
}

/** Sets the number of replicas, where asked for under a condition, and waits for them where asked for. */
export async function scale(
  client: ResourceClient<KubernetesObject>,
  name: string,
  replicas: number,
  set: (options: WriteOptions) => Promise<Scale>,
  options: ScaleOptions,
): Promise<Scale> {
  const { currentReplicas, resourceVersion, wait = false, timeoutMs, ...write } = options;
  requireReplicas(name, replicas);
  requireTimeLimit(timeoutMs);
  await requireScale(client, "scale", name);
  const scaled = await foundFor(client, "scale", name, () =>
    currentReplicas === undefined && resourceVersion === undefined
      ? set(write)
      : setOver(client, name, replicas, { currentReplicas, resourceVersion }, write),
  );
  if (!wait || client.storesNothing || options.dryRun === true) return scaled;
  return awaitReplicas(client, name, replicas, { namespace: options.namespace, signal: options.signal, timeoutMs });
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
