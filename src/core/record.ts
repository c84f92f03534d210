/** Whether a value is a mapping: neither a list nor a single value. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value when it is a mapping, else an empty one: for reading nested fields without a type. */
export function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
