import { isJsonObject } from "../../model/object.ts";

/** A selector as text, as a Scale's status carries it: `app=web,tier in (a,b)`. */
export function selectorText(selector: unknown): string {
  if (typeof selector === "string") return selector;
  if (!isJsonObject(selector)) return "";
  const grouped = "matchLabels" in selector || "matchExpressions" in selector;
  // a ReplicationController's selector is bare labels
  const labels = grouped ? selector.matchLabels : selector;
  const terms: [key: string, text: string][] = Object.entries(isJsonObject(labels) ? labels : {}).map(
    ([key, value]) => [key, `${key}=${String(value)}`],
  );
  if (grouped && Array.isArray(selector.matchExpressions)) {
    for (const expression of selector.matchExpressions.filter(isJsonObject)) {
      const key = String(expression.key);
      const values = Array.isArray(expression.values) ? expression.values.map(String).sort().join(",") : "";
      const text: Readonly<Record<string, string>> = {
        In: `${key} in (${values})`,
        NotIn: `${key} notin (${values})`,
        Exists: key,
        DoesNotExist: `!${key}`,
      };
      terms.push([key, text[String(expression.operator)] ?? ""]);
    }
  }
  terms.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return terms.map(([, text]) => text).join(",");
}
