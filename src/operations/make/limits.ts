import { parseQuantity } from "../../core/quantity.ts";
import type { LabelSelectorObject } from "../../core/selector.ts";
import type { ResourceQuota, ResourceQuotaSpec } from "../../types/core-v1.ts";
import type { PodDisruptionBudget } from "../../types/policy-v1.ts";
import type { PriorityClass } from "../../types/scheduling-v1.ts";
import {
  given,
  type MakeOptions,
  making,
  metadataFor,
  type Names,
  namesOf,
  type Refuse,
  wholeNumber,
} from "./making.ts";
import { selectorObject } from "./selector-object.ts";

/** How many pods, or which part (`"50%"`), must be left, or may be missing. */
export type MakePodDisruptionBudgetOptions = BudgetOptions &
  (
    | { readonly minAvailable: number | string; readonly maxUnavailable?: undefined }
    | { readonly maxUnavailable: number | string; readonly minAvailable?: undefined }
  );

interface BudgetOptions extends MakeOptions {
  /** Of the pods: kubectl's text, labels, or the API's selector. */
  readonly selector: string | LabelSelectorObject | Readonly<Record<string, string>>;
}

export interface MakeQuotaOptions extends MakeOptions {
  /** `"cpu=1,memory=1Gi,pods=2"`, or `{ cpu: 1, memory: "1Gi" }`. */
  readonly hard?: string | Readonly<Record<string, string | number>> | undefined;
  /** `BestEffort`, `NotBestEffort`, `Terminating`, `NotTerminating`, `PriorityClass`, … Default: everything counts. */
  readonly scopes?: Names | undefined;
}

export interface MakePriorityClassOptions extends MakeOptions {
  /** Up to 1,000,000,000; more is for the system. */
  readonly value: number;
  readonly description?: string | undefined;
  /** For pods that name no class. Default false. */
  readonly globalDefault?: boolean | undefined;
  /** Default `PreemptLowerPriority`. */
  readonly preemptionPolicy?: "PreemptLowerPriority" | "Never" | undefined;
}

export function makePodDisruptionBudget(name: string, options: MakePodDisruptionBudgetOptions): PodDisruptionBudget {
  const refuse = making("PodDisruptionBudget", name, options, ["selector", "minAvailable", "maxUnavailable"]);
  const { selector, minAvailable, maxUnavailable } = options;
  if (selector === undefined) throw refuse("it has no selector", 'Say { selector: "app=web" }.');
  if ((minAvailable === undefined) === (maxUnavailable === undefined)) {
    const what = minAvailable === undefined ? "neither minAvailable nor" : "both minAvailable and";
    throw refuse(`it has ${what} maxUnavailable`, 'Say one of them: { minAvailable: 1 } or { maxUnavailable: "25%" }.');
  }
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: metadataFor(name, options),
    spec: {
      ...given({
        minAvailable: minAvailable === undefined ? undefined : partOf(refuse, "minAvailable", minAvailable),
        maxUnavailable: maxUnavailable === undefined ? undefined : partOf(refuse, "maxUnavailable", maxUnavailable),
      }),
      selector: selectorObject(refuse, "selector", selector),
    },
  };
}

function partOf(refuse: Refuse, field: string, value: number | string): number | string {
  if (typeof value === "string" && /^\d+%$/.test(value)) return value;
  const count = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof count === "number" && Number.isInteger(count) && count >= 0) return count;
  throw refuse(`${field} is ${JSON.stringify(value)}`, 'It is a whole number from 0, or a part such as "50%".');
}

export function makeQuota(name: string, options: MakeQuotaOptions = {}): ResourceQuota {
  const refuse = making("ResourceQuota", name, options, ["hard", "scopes"]);
  const hard = amountsOf(refuse, options.hard);
  const scopes = namesOf(options.scopes) as NonNullable<ResourceQuotaSpec["scopes"]>;
  return {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: metadataFor(name, options),
    spec: given({ hard, scopes: scopes.length === 0 ? undefined : scopes }),
  };
}

function amountsOf(refuse: Refuse, hard: MakeQuotaOptions["hard"]): Record<string, string> | undefined {
  if (hard === undefined) return undefined;
  const pairs = typeof hard === "string" ? namesOf(hard).map((one) => one.split("=")) : Object.entries(hard);
  return Object.fromEntries(
    pairs.map(([resource = "", amount, ...rest]) => {
      if (resource === "" || amount === undefined || rest.length > 0) {
        throw refuse(`hard is "${String(hard)}"`, 'Write "cpu=1,memory=1Gi,pods=2".');
      }
      try {
        parseQuantity(amount);
      } catch {
        throw refuse(
          `the amount of ${resource} is "${amount}"`,
          'An amount is a number with a unit, if any: 2, "500m", "1Gi".',
        );
      }
      return [resource, String(amount)];
    }),
  );
}

export function makePriorityClass(name: string, options: MakePriorityClassOptions): PriorityClass {
  const refuse = making("PriorityClass", name, options, ["value", "description", "globalDefault", "preemptionPolicy"]);
  const { value, description, globalDefault, preemptionPolicy = "PreemptLowerPriority" } = options;
  if (preemptionPolicy !== "PreemptLowerPriority" && preemptionPolicy !== "Never") {
    throw refuse(`preemptionPolicy is ${JSON.stringify(preemptionPolicy)}`, "It is PreemptLowerPriority or Never.");
  }
  return {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: metadataFor(name, options),
    value: wholeNumber(refuse, "value", value, -2_147_483_648, 1_000_000_000),
    ...given({
      globalDefault: globalDefault === true ? true : undefined,
      description: description === "" ? undefined : description,
    }),
    preemptionPolicy,
  };
}
