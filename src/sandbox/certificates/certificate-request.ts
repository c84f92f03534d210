import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { DerError, type DerValue, readObjectIdentifier, readValue, readValues } from "../../core/der.ts";

/** What a PKCS #10 request asks for: https://www.rfc-editor.org/rfc/rfc2986 */
export interface CertificateRequest {
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** DER of the subject, as it stands in the request. */
  readonly subject: Buffer;
  readonly publicKey: KeyObject;
  /** DER of the value of the requested subjectAltName; undefined when there is none. */
  readonly subjectAltName: Buffer | undefined;
}

const COMMON_NAME = "2.5.4.3";
const ORGANIZATION = "2.5.4.10";
const SUBJECT_ALT_NAME = "2.5.29.17";
const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";
/** Hash by signature algorithm; null where the algorithm has its own. */
const HASHES: Readonly<Record<string, string | null>> = {
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
  "1.3.101.112": null,
};

/** Reads a request from PEM and checks its signature. Throws an Error that says what is wrong. */
export function parseCertificateRequest(pem: string): CertificateRequest {
  const base64 = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END/.exec(pem)?.[1];
  if (base64 === undefined) throw new Error("PEM block type must be CERTIFICATE REQUEST");
  try {
    return readRequest(Buffer.from(base64, "base64"));
  } catch (error) {
    if (error instanceof DerError) throw new Error(`the certificate request cannot be read: ${error.message}`);
    throw error;
  }
}

function readRequest(der: Buffer): CertificateRequest {
  const [info, algorithm, signature] = readValues(readValue(der).content);
  if (info === undefined || algorithm === undefined || signature === undefined) throw new DerError("a part is missing");
  const [, subject, key, attributes] = readValues(info.content);
  if (subject === undefined || key === undefined) throw new DerError("a part is missing");
  const publicKey = createPublicKey({ key: key.bytes, format: "der", type: "spki" });
  const [identifier] = readValues(algorithm.content);
  const name = identifier === undefined ? "" : readObjectIdentifier(identifier);
  const hash = Object.hasOwn(HASHES, name) ? HASHES[name] : undefined;
  // a bit string begins with the number of its unused bits
  if (hash === undefined || !verify(hash, info.bytes, publicKey, signature.content.subarray(1))) {
    throw new Error("the certificate request's signature is not valid");
  }
  const names = attributesOf(subject);
  return {
    commonName: names.find(([type]) => type === COMMON_NAME)?.[1] ?? "",
    organizations: names.filter(([type]) => type === ORGANIZATION).map(([, value]) => value),
    subject: subject.bytes,
    publicKey,
    subjectAltName: attributes === undefined ? undefined : requestedExtension(attributes, SUBJECT_ALT_NAME),
  };
}

/** Type and text of each part of a distinguished name. */
function attributesOf(name: DerValue): [type: string, value: string][] {
  return readValues(name.content).flatMap((set) =>
    readValues(set.content).map(({ content }): [string, string] => {
      const [type, value] = readValues(content);
      if (type === undefined || value === undefined) throw new DerError("a name is incomplete");
      return [readObjectIdentifier(type), value.content.toString("utf8")];
    }),
  );
}

function requestedExtension(attributes: DerValue, wanted: string): Buffer | undefined {
  for (const { content } of readValues(attributes.content)) {
    const [type, values] = readValues(content);
    if (type === undefined || values === undefined || readObjectIdentifier(type) !== EXTENSION_REQUEST) continue;
    for (const extension of readValues(readValue(values.content).content)) {
      const parts = readValues(extension.content);
      const [id] = parts;
      if (id !== undefined && readObjectIdentifier(id) === wanted) return parts.at(-1)?.content;
    }
  }
  return undefined;
}
