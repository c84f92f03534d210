import type { KubernetesObject } from "../../core/object.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { nextTry } from "../../resources/next-try.ts";
import type { WriteOptions } from "../../resources/options.ts";

/**
 * A merge patch that depends on the object as it is, over just that version: when another was quicker, the object is
 * read and the patch made again. Undefined leaves the object as it is.
 */
export async function patchOver<T extends KubernetesObject>(
  client: ResourceClient<T>,
  name: string,
  patchFor: (object: T) => Readonly<Record<string, unknown>> | undefined,
  options: WriteOptions,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    const object = await client.get(name, { namespace: options.namespace, signal: options.signal });
    const patch = patchFor(object);
    if (patch === undefined) return object;
    const { metadata } = patch as { metadata?: object };
    const over = { ...patch, metadata: { ...metadata, resourceVersion: object.metadata?.resourceVersion } };
    try {
      return await client.patch(name, over, options);
    } catch (error) {
      await nextTry(error, tried, { timing: client.timing, signal: options.signal });
    }
  }
}
