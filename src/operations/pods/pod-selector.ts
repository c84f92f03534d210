import type { KubernetesObject } from "../../core/object.ts";
import { type LabelSelectorObject, labelSelectorText } from "../../core/selector.ts";
import { isApiError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";

/** What selects pods: a map of labels (services, replication controllers) or a selector with expressions. */
export interface PodSelecting extends KubernetesObject {
  spec?: { selector?: LabelSelectorObject | Readonly<Record<string, string>> | null };
}

/** The text of what an object selects its pods by; undefined where it selects none, which an empty one would turn into all. */
export function podSelector({ spec }: PodSelecting): string | undefined {
  return labelSelectorText(spec?.selector ?? undefined);
}

/** The selector that an object's scale tells, as custom resources have it; undefined where there is no scale. */
export async function scaleSelector(
  client: ResourceClient<KubernetesObject>,
  name: string,
  options: CallScope = {},
): Promise<string | undefined> {
  try {
    return (await client.scale(name, undefined, options)).status?.selector || undefined;
  } catch (error) {
    if (isApiError(error) && (error.httpStatus === 404 || error.httpStatus === 405)) return undefined;
    throw error;
  }
}
