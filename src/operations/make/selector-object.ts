import { type LabelSelectorObject, parseLabelSelector } from "../../core/selector.ts";
import type { LabelSelector } from "../../types/meta-v1.ts";
import type { Refuse } from "./making.ts";

const OPERATORS: Readonly<Record<string, string>> = {
  in: "In",
  notin: "NotIn",
  "!=": "NotIn",
  exists: "Exists",
  "!": "DoesNotExist",
};

/** A selector as it stands in specs, from kubectl's text `app=web,tier in (a,b)`, from labels, or from one. */
export function selectorObject(
  refuse: Refuse,
  field: string,
  selector: string | LabelSelectorObject | Readonly<Record<string, string>>,
): LabelSelector {
  if (typeof selector !== "string") {
    const isSelector = Object.keys(selector).some((key) => key === "matchLabels" || key === "matchExpressions");
    return isSelector ? (selector as LabelSelector) : { matchLabels: { ...(selector as Record<string, string>) } };
  }
  const requirements = parseLabelSelector(selector);
  if (requirements.length === 0) throw refuse(`${field} is empty`, 'Say { selector: "app=web" }.');
  const matchLabels: Record<string, string> = {};
  const matchExpressions: NonNullable<LabelSelector["matchExpressions"]> = [];
  for (const { key, operator, values } of requirements) {
    const [value] = values;
    const written = OPERATORS[operator];
    if (operator === "=" && value !== undefined) matchLabels[key] = value;
    else if (written === undefined) throw refuse(`${field} compares "${key}" by size`, "An object's selector cannot.");
    else matchExpressions.push({ key, operator: written, ...(values.length === 0 ? {} : { values: [...values] }) });
  }
  return {
    ...(Object.keys(matchLabels).length === 0 ? {} : { matchLabels }),
    ...(matchExpressions.length === 0 ? {} : { matchExpressions }),
  };
}
