/** JSON Merge Patch. https://www.rfc-editor.org/rfc/rfc7386 */

type Json = Readonly<Record<string, unknown>>;

/** The document after the patch; neither is changed. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result = new Map(isRecord(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, applyMergePatch(result.get(key), value));
  }
  return Object.fromEntries(result);
}

/**
 * The patch that turns `before` into `after`; `{}` when they are equal. Lists are replaced whole, and a null within
 * `after` cannot be expressed: it reads as a removal.
 */
export function createMergePatch(before: Json, after: Json): Json {
  const patch = new Map<string, unknown>();
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) patch.set(key, null);
  for (const [key, value] of Object.entries(after)) {
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    if (isRecord(old) && isRecord(value)) {
      const inner = createMergePatch(old, value);
      if (Object.keys(inner).length > 0) patch.set(key, inner);
    } else if (JSON.stringify(old) !== JSON.stringify(value)) {
      patch.set(key, value);
    }
  }
  return Object.fromEntries(patch);
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
