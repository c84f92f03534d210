import { isJsonObject } from "../../model/object.ts";

/** Whether a `meta/v1` LabelSelector selects these labels; an absent one selects nothing, an empty one everything. */
export function selectsLabels(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  if (!isJsonObject(selector)) return false;
  const { matchLabels, matchExpressions } = selector;
  const exact = isJsonObject(matchLabels) ? Object.entries(matchLabels) : [];
  const expressions = Array.isArray(matchExpressions) ? matchExpressions.filter(isJsonObject) : [];
  return (
    exact.every(([key, value]) => labels[key] === value) &&
    expressions.every(({ key, operator, values }) => {
      const own = Object.hasOwn(labels, String(key)) ? labels[String(key)] : undefined;
      const listed = own !== undefined && Array.isArray(values) && values.includes(own);
      if (operator === "In") return listed;
      if (operator === "NotIn") return !listed;
      return (own !== undefined) === (operator === "Exists");
    })
  );
}
