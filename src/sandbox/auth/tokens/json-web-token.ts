import { createHash, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { isJsonObject, type JsonObject } from "../../model/object.ts";

/** The key pair that signs the server's tokens: EC P-256, so ES256. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** `kid` of the tokens: base64url of the SHA-256 of the public key's DER. */
  readonly id: string;
}

export function createSigningKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const id = createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("base64url");
  return { privateKey, publicKey, id };
}

/** A compact JWS of `claims`. */
export function signToken(key: SigningKey, claims: JsonObject): string {
  const header = encodePart({ alg: "ES256", kid: key.id });
  const content = `${header}.${encodePart(claims)}`;
  const signature = sign("sha256", Buffer.from(content), { key: key.privateKey, dsaEncoding: "ieee-p1363" });
  return `${content}.${signature.toString("base64url")}`;
}

/** A token taken apart; nothing is verified. Undefined when it is not a JWT. */
export interface ParsedToken {
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

export function parseToken(token: string): ParsedToken | undefined {
  const parts = token.split(".");
  const [header, claims] = parts.slice(0, 2).map(decodePart);
  return parts.length === 3 && header !== undefined && claims !== undefined ? { header, claims } : undefined;
}

/** Whether `key` signed the token. The algorithm is the key's own, whatever the header says. */
export function verifyToken(key: SigningKey, token: string): boolean {
  const end = token.lastIndexOf(".");
  const signature = Buffer.from(token.slice(end + 1), "base64url");
  if (signature.length !== 64) return false;
  return verify(
    "sha256",
    Buffer.from(token.slice(0, end)),
    { key: key.publicKey, dsaEncoding: "ieee-p1363" },
    signature,
  );
}

/** The public key as a JSON Web Key. */
export function jsonWebKey(key: SigningKey): JsonObject {
  const { kty, crv, x, y } = key.publicKey.export({ format: "jwk" });
  return { use: "sig", kty, kid: key.id, crv, alg: "ES256", x, y };
}

function encodePart(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function decodePart(part: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
