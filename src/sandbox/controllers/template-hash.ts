/** Digits and consonants that cannot be mistaken for each other nor spell words, as apimachinery's rand.SafeEncodeString. */
const SAFE = "bcdfghjklmnpqrstvwxz2456789";

/**
 * A short name for a template: FNV-1a, 32 bits, over its canonical JSON. The value differs from the real controllers'
 * (which hash Go's dump of the struct); what matters is that equal templates share it.
 */
export function templateHash(template: unknown, collisionCount?: number): string {
  const text = canonicalJson(template) + (collisionCount === undefined ? "" : String(collisionCount));
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash ^= byte;
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return [...String(hash)].map((digit) => SAFE[digit.charCodeAt(0) % SAFE.length]).join("");
}

/** JSON with sorted keys: one text for equal values. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
