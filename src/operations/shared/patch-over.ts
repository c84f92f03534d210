import type { KubernetesObject } from "../../core/object.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { nextTry } from "../../resources/next-try.ts";
import type { WriteOptions } from "../../resources/options.ts";
import { objectFor } from "./object-for.ts";

/**
 * A merge patch that depends on the object as it is, over just that version: when another was quicker, the object is
 * read and the patch made again. Undefined leaves the object as it is.
 * @param action the words before the object's name, where there is none
 */
export async function patchOver<T extends KubernetesObject>(
  client: ResourceClient<T>,
  action: string,
  name: string,
  patchFor: (object: T) => Readonly<Record<string, unknown>> | undefined,
  options: WriteOptions,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    const object = await objectFor(client, action, name, options);
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
