import { webcrypto } from "node:crypto";
import type { JsonGeneralNames } from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** A key pair with its certificate, as PEM and as what signs others. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly name: string;
}

export interface Wanted {
  readonly name?: string;
  readonly dns?: readonly string[];
  readonly ips?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly issuer?: Issued;
  readonly authority?: boolean;
  readonly client?: boolean;
}

/** Makes a certificate; self-signed without an issuer. */
export async function issue(wanted: Wanted = {}): Promise<Issued> {
  // The library's dependency container asks for the reflection API, whose answers it can do without.
  Object.assign(Reflect, { getMetadata: () => undefined, getOwnMetadata: () => undefined });
  const x509 = await import("@peculiar/x509");
  x509.cryptoProvider.set(webcrypto as never);
  const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
  const name = `CN=${wanted.name ?? "test"}`;
  const names: JsonGeneralNames = [
    ...(wanted.dns ?? []).map((value) => ({ type: "dns" as const, value })),
    ...(wanted.ips ?? []).map((value) => ({ type: "ip" as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: Math.floor(Math.random() * 1e12)
      .toString(16)
      .padStart(12, "1"),
    subject: name,
    issuer: wanted.issuer?.name ?? name,
    notBefore: wanted.notBefore ?? new Date(Date.now() - 3_600_000),
    notAfter: wanted.notAfter ?? new Date(Date.now() + 3_600_000),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey as never,
    signingKey: (wanted.issuer?.keys ?? keys).privateKey as never,
    extensions: [
      new x509.BasicConstraintsExtension(wanted.authority ?? false, undefined, true),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/(.{64})/g, "$1\n")}\n-----END PRIVATE KEY-----\n`;
  return { certificate: certificate.toString("pem"), key, keys, name };
}
