import type { KubernetesObject } from "../../core/object.ts";
import { parseQuantity } from "../../core/quantity.ts";
import { isRecord, record } from "../../core/record.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { choiceOf, patchContainers } from "./pod-template.ts";
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
  const what = `${action} "${name}"`;
  const { requests = {}, limits = {} } = record(amounts);
  const isGiven = (one: unknown): boolean => !isRecord(one) || Object.keys(one).length > 0;
  const given = Object.entries({ requests, limits }).filter(([, one]) => isGiven(one));
  if (given.length === 0) {
    throw new UsageError("INVALID_INPUT", `Cannot ${what}: neither requests nor limits are given`, { hint: HINT });
  }
  for (const [which, one] of given) requireAmounts(what, which, one);
  const resources = Object.fromEntries(given);
  return patchContainers(client, name, action, choiceOf(containers), () => ({ resources }), write);
}

const HINT = 'Give { requests: { cpu: "100m" }, limits: { memory: "256Mi" } }, or one of them.';

function requireAmounts(what: string, which: string, amounts: unknown): void {
  if (!isRecord(amounts)) {
    const given = JSON.stringify(amounts);
    throw new UsageError("INVALID_INPUT", `Cannot ${what}: ${which} is ${given}, not an object`, { hint: HINT });
  }
  for (const [resource, amount] of Object.entries(amounts)) {
    if (amount === null) continue;
    if (typeof amount === "string") parseQuantity(amount);
    // JSON has null for NaN, which would remove the amount.
    else if (typeof amount !== "number" || !Number.isFinite(amount)) {
      throw new UsageError("INVALID_INPUT", `Cannot ${what}: ${which}.${resource} is ${String(amount)}`, {
        hint: "An amount is a quantity, as in 500m or 128Mi, or null to remove it.",
      });
    }
  }
}
