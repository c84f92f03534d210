import type { KubernetesObject } from "../../core/object.ts";
import { parseQuantity } from "../../core/quantity.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { patchContainers } from "./pod-template.ts";
import type { SetContainersOptions } from "./set-env.ts";

/** Amounts by resource: `{ cpu: "100m", memory: "256Mi" }`; `null` removes one. */
export type Amounts = Readonly<Record<string, string | number | null>>;

export interface ResourceAmounts {
  readonly requests?: Amounts | undefined;
  readonly limits?: Amounts | undefined;
}

/** Sets what containers request and may use. */
export async function setResources<T extends KubernetesObject>(
  client: ResourceClient<T>,
  name: string,
  amounts: ResourceAmounts,
  options: SetContainersOptions = {},
): Promise<T> {
  const { containers, ...write } = options;
  const action = "set the resources of";
  const { requests = {}, limits = {} } = amounts;
  const values = [...Object.values(requests), ...Object.values(limits)];
  if (values.length === 0) {
    throw new UsageError("INVALID_INPUT", `Cannot ${action} "${name}": neither requests nor limits are given`, {
      hint: 'Give { requests: { cpu: "100m" }, limits: { memory: "256Mi" } }, or one of them.',
    });
  }
  for (const value of values) if (value !== null) parseQuantity(value);
  const resources = Object.fromEntries(
    Object.entries({ requests, limits }).filter(([, one]) => Object.keys(one).length > 0),
  );
  return patchContainers(client, name, action, containers, () => ({ resources }), write);
}
