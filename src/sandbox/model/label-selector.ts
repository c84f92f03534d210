import { isJsonObject } from "./object.ts";

/** `meta/v1` LabelSelector. */
export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: LabelSelectorRequirement[];
}

/** `meta/v1` LabelSelectorRequirement; a node selector's are alike. */
export interface LabelSelectorRequirement {
  key: string;
  operator: string;
  values?: string[];
}

type Labels = Readonly<Record<string, string>>;

/** The selector in a field of an object that was decoded; undefined when there is none. */
export function labelSelectorIn(value: unknown): LabelSelector | undefined {
  return isJsonObject(value) ? (value as LabelSelector) : undefined;
}

/** An absent selector matches nothing, an empty one everything. */
export function matchesSelector(selector: LabelSelector | undefined, labels: Labels = {}): boolean {
  if (selector === undefined) return false;
  return (
    matchesLabels(selector.matchLabels ?? {}, labels) &&
    (selector.matchExpressions ?? []).every((requirement) => matchesRequirement(requirement, labels))
  );
}

/** Every pair is among the labels. */
export function matchesLabels(wanted: Labels, labels: Labels = {}): boolean {
  return Object.entries(wanted).every(([key, value]) => labelAt(labels, key) === value);
}

/** One expression, with the operators of label selectors and the two more (`Gt`, `Lt`) of node selectors. */
export function matchesRequirement(requirement: LabelSelectorRequirement, labels: Labels): boolean {
  const { key, operator, values } = requirement;
  const value = labelAt(labels, key);
  switch (operator) {
    case "In":
      return value !== undefined && (values ?? []).includes(value);
    case "NotIn":
      return value === undefined || !(values ?? []).includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return value !== undefined && Number(value) > Number(values?.[0]);
    case "Lt":
      return value !== undefined && Number(value) < Number(values?.[0]);
    default:
      return false;
  }
}

/** Whether a selector demands nothing; so does an absent one. */
export function isEmptySelector(selector: LabelSelector | undefined): boolean {
  return Object.keys(selector?.matchLabels ?? {}).length === 0 && (selector?.matchExpressions ?? []).length === 0;
}

/** A label's value; `constructor` and `__proto__`, which every object seems to have, are keys like any other. */
function labelAt(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
