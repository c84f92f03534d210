/** Fields that Go's encoder wrote as null, such as `creationTimestamp`, are as good as absent, and so the types have it. */
export function withoutNulls<T>(value: T): T {
  return cleared(value) as T;
}

function cleared(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleared);
  if (typeof value !== "object" || value === null) return value;
  const set = Object.entries(value).filter(([, one]) => one !== null && one !== undefined);
  return Object.fromEntries(set.map(([name, one]) => [name, cleared(one)]));
}
