/**
 * What a pod asks of its node, as the scheduler counts it: containers together, or the init container that needs most, and
 * the overhead. https://github.com/kubernetes/component-helpers/blob/master/resource/helpers.go
 */
import type { Quantity } from "../../types/common.ts";
import type { Container, ContainerStatus, Pod } from "../../types/core-v1.ts";
import { type Amount, type Amounts, amountOf, greater, plus, ZERO } from "./quantities.ts";

type Side = "limits" | "requests";
type Resources = Readonly<Record<string, Quantity>> | undefined;

/** The amounts of every resource that a pod requests, or that it is limited to. */
export function podAmounts({ spec, status }: Pod, side: Side): Map<string, Amount> {
  const running = (spec?.containers ?? []).map((one) => containerAmounts(one, status?.containerStatuses, side));
  let total = running.reduce<Amounts>((sum, one) => merged(sum, one, plus), new Map());
  let sidecars: Amounts = new Map();
  let starting: Amounts = new Map();
  for (const one of spec?.initContainers ?? []) {
    const own = containerAmounts(one, status?.initContainerStatuses, side);
    if (one.restartPolicy === "Always") {
      total = merged(total, own, plus);
      sidecars = merged(sidecars, own, plus);
      starting = merged(starting, sidecars, greater);
    } else {
      starting = merged(starting, merged(own, sidecars, plus), greater);
    }
  }
  const amounts = merged(total, starting, greater);
  // What the pod says as a whole holds instead of what its containers say.
  for (const [name, amount] of amountsOf(spec?.resources?.[side])) {
    if (name === "cpu" || name === "memory" || name.startsWith("hugepages-")) amounts.set(name, amount);
  }
  for (const [name, amount] of amountsOf(spec?.overhead)) {
    const present = amounts.get(name) ?? ZERO;
    if (side === "requests" || present.nano !== 0n) amounts.set(name, plus(present, amount));
  }
  return amounts;
}

/** While a container is resized in place, it holds the greater of what it had and what it is to have. */
function containerAmounts(one: Container, statuses: readonly ContainerStatus[] | undefined, side: Side): Amounts {
  const wanted = amountsOf(one.resources?.[side]);
  const status = statuses?.find(({ name }) => name === one.name);
  if (status?.resources === undefined) return wanted;
  const actual = merged(wanted, amountsOf(status.resources[side]), greater);
  return side === "limits" ? actual : merged(actual, amountsOf(status.allocatedResources), greater);
}

export function amountsOf(resources: Resources): Map<string, Amount> {
  return new Map(Object.entries(resources ?? {}).map(([name, quantity]) => [name, amountOf(quantity)]));
}

/** Both together, by resource. */
export function merged(a: Amounts, b: Amounts, both: (a: Amount, b: Amount) => Amount): Map<string, Amount> {
  const result = new Map(a);
  for (const [name, amount] of b) {
    const present = result.get(name);
    result.set(name, present === undefined ? amount : both(present, amount));
  }
  return result;
}
