/** The API may send null for a field that has no value, which the types leave out. */
export function withoutNulls<T>(value: T): T {
  return cleared(value) as T;
}

function cleared(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleared);
  if (typeof value !== "object" || value === null) return value;
  const set = Object.entries(value).filter(([, one]) => one !== null);
  return Object.fromEntries(set.map(([name, one]) => [name, cleared(one)]));
}
