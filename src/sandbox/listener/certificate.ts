import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIPv4, isIPv6 } from "node:net";
import type { CertificateRequest } from "../certificates/certificate-request.ts";
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  time,
  utf8String,
} from "./der.ts";

/** A certificate and its private key, in PEM. */
export interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

/** Signs certificates for the sandbox's listener and its users. */
export interface CertificateAuthority {
  /** The authority's own certificate, PEM: what clients trust. */
  readonly certificate: string;
  /** A certificate that serves `names`: host names and IP addresses. */
  issueServer(commonName: string, names: readonly string[]): CertificatePair;
  /** A certificate that logs `username` in, with its groups. */
  issueClient(username: string, groups: readonly string[]): CertificatePair;
  /**
   * PEM of a certificate with the request's subject, names and key. `usages` as in a CertificateSigningRequest:
   * `client auth`, `server auth`, `digital signature`, `key encipherment`.
   */
  issueRequested(request: CertificateRequest, usages: readonly string[], validMs: number, now: number): string;
}

export interface CertificateAuthorityOptions {
  /** Default `kubescript-sandbox-ca`. */
  readonly commonName?: string;
  /** Milliseconds since the epoch; the certificates hold from an hour before. Default the present. */
  readonly now?: number;
  /** Default 365. */
  readonly validDays?: number;
}

/**
 * Makes a new authority with EC P-256 keys. Written by hand: a library that does the same takes longer to load than
 * the whole sandbox may take to start, and all that is needed of X.509 stands in this file.
 */
export function createCertificateAuthority(options: CertificateAuthorityOptions = {}): CertificateAuthority {
  const { commonName = "kubescript-sandbox-ca", now = Date.now(), validDays = 365 } = options;
  const validity = { notBefore: now - 3_600_000, notAfter: now + validDays * 86_400_000 };
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer: Issuer = {
    name: distinguishedName(commonName, []),
    privateKey: keys.privateKey,
    keyId: keyId(keys.publicKey),
  };

  const issue = (subject: Buffer, extensions: readonly Buffer[]): CertificatePair => {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const certificate = signCertificate(issuer, { subject, publicKey, ...validity, extensions });
    return { certificate, key: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
  };
  return {
    certificate: signCertificate(issuer, {
      subject: issuer.name,
      publicKey: keys.publicKey,
      ...validity,
      extensions: [
        extension(OID.basicConstraints, true, sequence(boolean(true))),
        // digitalSignature and keyCertSign
        extension(OID.keyUsage, true, bitString(Buffer.from([0b1000_0100]), 2)),
      ],
    }),
    issueServer: (name, names) =>
      issue(distinguishedName(name, []), [
        ...leafExtensions(OID.serverAuth),
        extension(OID.subjectAltName, false, sequence(...names.map(generalName))),
      ]),
    issueClient: (username, groups) => issue(distinguishedName(username, groups), leafExtensions(OID.clientAuth)),
    issueRequested: ({ subject, publicKey, subjectAltName }, usages, validMs, issuedAt) =>
      signCertificate(issuer, {
        subject,
        publicKey,
        notBefore: issuedAt - BACKDATED_MS,
        notAfter: Math.min(issuedAt + validMs, validity.notAfter),
        extensions: [
          ...requestedUsages(usages),
          ...(subjectAltName === undefined ? [] : [extension(OID.subjectAltName, false, subjectAltName)]),
        ],
      }),
  };
}

const OID = {
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
} as const;

/** Certificates hold from a little before they are made, for clocks that are behind. */
const BACKDATED_MS = 300_000;

interface Issuer {
  readonly name: Buffer;
  readonly privateKey: KeyObject;
  readonly keyId: Buffer;
}

interface CertificateContent {
  readonly subject: Buffer;
  readonly publicKey: KeyObject;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: readonly Buffer[];
}

function signCertificate(issuer: Issuer, content: CertificateContent): string {
  const algorithm = sequence(objectIdentifier(OID.ecdsaWithSha256));
  const serial = randomBytes(16);
  const identifiers = [
    extension(OID.subjectKeyIdentifier, false, octetString(keyId(content.publicKey))),
    extension(OID.authorityKeyIdentifier, false, sequence(implicit(0, issuer.keyId))),
  ];
  const signed = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    issuer.name,
    sequence(time(content.notBefore), time(content.notAfter)),
    content.subject,
    content.publicKey.export({ type: "spki", format: "der" }),
    explicit(3, sequence(...content.extensions, ...identifiers)),
  );
  return pem("CERTIFICATE", sequence(signed, algorithm, bitString(sign("sha256", signed, issuer.privateKey))));
}

function leafExtensions(usage: string): Buffer[] {
  return [
    extension(OID.basicConstraints, true, sequence()),
    // digitalSignature
    extension(OID.keyUsage, true, bitString(Buffer.from([0b1000_0000]), 7)),
    extension(OID.extendedKeyUsage, false, sequence(objectIdentifier(usage))),
  ];
}

function requestedUsages(usages: readonly string[]): Buffer[] {
  const keyUsage = (usages.includes("digital signature") ? 0x80 : 0) | (usages.includes("key encipherment") ? 0x20 : 0);
  const purposes = [
    ...(usages.includes("client auth") ? [OID.clientAuth] : []),
    ...(usages.includes("server auth") ? [OID.serverAuth] : []),
  ];
  return [
    extension(OID.basicConstraints, true, sequence()),
    ...(keyUsage === 0
      ? []
      : [extension(OID.keyUsage, true, bitString(Buffer.from([keyUsage]), keyUsage & 0x20 ? 5 : 7))]),
    ...(purposes.length === 0
      ? []
      : [extension(OID.extendedKeyUsage, false, sequence(...purposes.map(objectIdentifier)))]),
  ];
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectIdentifier(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

function distinguishedName(commonName: string, organizations: readonly string[]): Buffer {
  const attribute = (id: string, text: string): Buffer => set(sequence(objectIdentifier(id), utf8String(text)));
  return sequence(
    ...organizations.map((organization) => attribute(OID.organization, organization)),
    attribute(OID.commonName, commonName),
  );
}

function generalName(name: string): Buffer {
  if (isIPv4(name)) return implicit(7, Buffer.from(name.split(".").map(Number)));
  if (isIPv6(name)) return implicit(7, ipv6Bytes(name));
  return implicit(2, Buffer.from(name));
}

function ipv6Bytes(address: string): Buffer {
  const [head = "", tail] = address.split("::");
  const groups = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const before = groups(head);
  const after = groups(tail ?? "");
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const all = [...before, ...Array<string>(zeros).fill("0"), ...after];
  return Buffer.from(all.map((group) => group.padStart(4, "0")).join(""), "hex");
}

/** SHA-1 of the public key's bits, RFC 5280 section 4.2.1.2: an identifier, nothing that needs a strong hash. */
function keyId(publicKey: KeyObject): Buffer {
  // The point of a P-256 key is the last 65 bytes of its SubjectPublicKeyInfo.
  return createHash("sha1")
    .update(publicKey.export({ type: "spki", format: "der" }).subarray(-65))
    .digest();
}

function pem(label: string, content: Buffer): string {
  const lines = content.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
