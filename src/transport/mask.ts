/** What stands in the place of a secret. */
export const MASK = "--masked--";

/** Headers whose values are credentials. */
const SECRET_HEADERS = new Set(["authorization", "proxy-authorization", "cookie", "set-cookie"]);

/** Fields whose string values are credentials, in any object: tokens, passwords and keys. */
const SECRET_FIELDS = new Set(["token", "password", "clientKeyData", "client-key-data", "id-token", "refresh-token"]);

/** Headers with their credentials masked; the scheme of an Authorization header stays. */
export function maskHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string | string[]> {
  const masked: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    masked[name] = SECRET_HEADERS.has(name.toLowerCase()) ? maskHeader(value) : value;
  }
  return masked;
}

function maskHeader(value: string | string[]): string {
  const scheme = /^(Bearer|Basic) /i.exec(Array.isArray(value) ? (value[0] ?? "") : value)?.[1];
  return scheme === undefined ? MASK : `${scheme} ${MASK}`;
}

/** Credentials inside running text: header-like and JSON Web Tokens. */
export function maskText(text: string): string {
  return text
    .replace(/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${MASK}`)
    .replace(/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, MASK)
    .replace(/(:\/\/[^/\s:@]*):[^/\s@]+@/g, `$1:${MASK}@`);
}

/**
 * A parsed body with its secrets masked: the `data` and `stringData` of Secrets, wherever they stand (lists, watch
 * events, tables' rows), what kubectl copied of them into an annotation, and token, password and key fields.
 * The shape and the names of the keys stay.
 */
export function maskValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskValue);
  if (typeof value === "string") return maskText(value);
  if (typeof value !== "object" || value === null) return value;
  const record = value as Record<string, unknown>;
  const secret = record.kind === "Secret";
  const masked: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(record)) {
    if (secret && (key === "data" || key === "stringData")) masked[key] = maskEntries(one);
    else if (secret && key === "metadata") masked[key] = maskValue(withoutLastApplied(one));
    else if (key === "items" && record.kind === "SecretList" && Array.isArray(one)) masked[key] = one.map(maskSecret);
    else if (SECRET_FIELDS.has(key) && typeof one === "string") masked[key] = MASK;
    else masked[key] = maskValue(one);
  }
  return masked;
}

/** A Secret whose kind is known from elsewhere: the items of a list leave it out. */
export function maskSecret(value: unknown): unknown {
  return typeof value === "object" && value !== null ? maskValue({ ...value, kind: "Secret" }) : value;
}

function maskEntries(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.keys(value).map((key) => [key, MASK]));
}

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

function withoutLastApplied(metadata: unknown): unknown {
  if (typeof metadata !== "object" || metadata === null) return metadata;
  const { annotations } = metadata as { annotations?: Record<string, unknown> };
  if (typeof annotations !== "object" || annotations === null || !(LAST_APPLIED in annotations)) return metadata;
  return { ...metadata, annotations: { ...annotations, [LAST_APPLIED]: MASK } };
}
