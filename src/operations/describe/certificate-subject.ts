/** Whom a PKCS #10 request wants a certificate for: https://www.rfc-editor.org/rfc/rfc2986 */
import { DerError, type DerValue, readObjectIdentifier, readValue, readValues } from "../../core/der.ts";

/** Values under the labels that people read, in a fixed order. */
export interface RequestedSubject {
  readonly parts: ReadonlyMap<string, readonly string[]>;
  /** The subject's alternative names, by their type. */
  readonly names: ReadonlyMap<string, readonly string[]>;
}

const PARTS: readonly (readonly [oid: string, label: string])[] = [
  ["2.5.4.3", "Common Name"],
  ["2.5.4.5", "Serial Number"],
  ["2.5.4.10", "Organization"],
  ["2.5.4.11", "Organizational Unit"],
  ["2.5.4.6", "Country"],
  ["2.5.4.7", "Locality"],
  ["2.5.4.8", "Province"],
  ["2.5.4.9", "StreetAddress"],
  ["2.5.4.17", "PostalCode"],
];

/** The context tags of a GeneralName: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6 */
const NAMES: readonly (readonly [tag: number, label: string])[] = [
  [0x82, "DNS Names"],
  [0x81, "Email Addresses"],
  [0x86, "URIs"],
  [0x87, "IP Addresses"],
];

const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";
const SUBJECT_ALT_NAME = "2.5.29.17";
const BMP_STRING = 0x1e;

/** Reads a CertificateSigningRequest's `spec.request`: base64 of PEM. Undefined when it is no request. */
export function readRequestedSubject(request: string): RequestedSubject | undefined {
  const pem = Buffer.from(request, "base64").toString("latin1");
  const body = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END/.exec(pem)?.[1];
  if (body === undefined) return undefined;
  try {
    const [info] = readValues(readValue(Buffer.from(body, "base64")).content);
    const [, subject, , attributes] = readValues(child(info));
    return { parts: partsOf(child(subject)), names: namesOf(attributes) };
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

function child(value: DerValue | undefined): Buffer {
  if (value === undefined) throw new DerError("a part is missing");
  return value.content;
}

function partsOf(name: Buffer): Map<string, string[]> {
  const found = readValues(name).flatMap((set) =>
    readValues(set.content).map(({ content }) => {
      const [type, value] = readValues(content);
      if (type === undefined || value === undefined) throw new DerError("a name is incomplete");
      return [readObjectIdentifier(type), textOf(value)] as const;
    }),
  );
  return new Map(
    PARTS.map(([oid, label]) => [label, found.filter(([type]) => type === oid).map(([, value]) => value)]),
  );
}

function textOf({ tag, content }: DerValue): string {
  return tag === BMP_STRING ? Buffer.from(content).swap16().toString("utf16le") : content.toString("utf8");
}

function namesOf(attributes: DerValue | undefined): Map<string, string[]> {
  const extension = attributes === undefined ? undefined : requestedNames(attributes);
  const found = extension === undefined ? [] : readValues(readValue(extension).content);
  return new Map(
    NAMES.map(([wanted, label]) => [
      label,
      found
        .filter(({ tag }) => tag === wanted)
        .map(({ content }) => (label === "IP Addresses" ? addressText(content) : content.toString("latin1"))),
    ]),
  );
}

function requestedNames(attributes: DerValue): Buffer | undefined {
  for (const attribute of readValues(attributes.content)) {
    const [type, values] = readValues(attribute.content);
    if (type === undefined || values === undefined || readObjectIdentifier(type) !== EXTENSION_REQUEST) continue;
    for (const extension of readValues(readValue(values.content).content)) {
      const parts = readValues(extension.content);
      const [id] = parts;
      if (id !== undefined && readObjectIdentifier(id) === SUBJECT_ALT_NAME) return parts.at(-1)?.content;
    }
  }
  return undefined;
}

/** `10.0.0.1`, or an IPv6 address with its longest run of zeros left out. */
function addressText(bytes: Buffer): string {
  if (bytes.length !== 16) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(at * 2).toString(16));
  return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
}
