import { goDump } from "./go-dump.ts";

/** Digits and consonants that cannot be mistaken for each other nor spell words, as apimachinery's rand.SafeEncodeString. */
const SAFE = "bcdfghjklmnpqrstvwxz2456789";
const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/**
 * The name that a Deployment or DaemonSet gives a pod template: FNV-1a, 32 bits, over Go's dump of the struct, and over
 * the collision count once there was a collision.
 * https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/controller_utils.go (ComputeHash)
 */
export function templateHash(template: unknown, collisionCount?: number): string {
  let hash = OFFSET;
  for (const byte of new TextEncoder().encode(goDump(template, "core/v1.PodTemplateSpec"))) {
    hash = Math.imul(hash ^ byte, PRIME) >>> 0;
  }
  if (collisionCount !== undefined) {
    const bytes = new DataView(new ArrayBuffer(8));
    bytes.setUint32(0, collisionCount, true);
    for (let at = 0; at < bytes.byteLength; at++) hash = Math.imul(hash ^ bytes.getUint8(at), PRIME) >>> 0;
  }
  return safeEncoded(hash);
}

/**
 * The name that a StatefulSet gives the patch of a revision: FNV-1, 32 bits, over its JSON as Go writes it, followed by
 * the collision count in decimal.
 * https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/history/controller_history.go
 */
export function patchHash(patch: unknown, collisionCount: number): string {
  const json = canonicalJson(patch).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  let hash = OFFSET;
  for (const byte of new TextEncoder().encode(`${json}${collisionCount}`)) {
    hash = (Math.imul(hash, PRIME) ^ byte) >>> 0;
  }
  return safeEncoded(hash);
}

function safeEncoded(hash: number): string {
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
