import { webcrypto } from "node:crypto";

const ALGORITHMS = {
  "EC P-256": { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  RSA: { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
} as const;

/** PEM of a request for a new key, for `jane.example.com`. */
export async function requestOf(
  algorithm: "EC P-256" | "RSA",
  name: string = "CN=jane, O=devs, O=ops",
): Promise<string> {
  // The library's dependency container asks for the reflection API, whose answers it can do without.
  Object.assign(Reflect, { getMetadata: () => undefined, getOwnMetadata: () => undefined });
  const x509 = await import("@peculiar/x509");
  x509.cryptoProvider.set(webcrypto as never);
  const signingAlgorithm = ALGORITHMS[algorithm];
  const keys = (await webcrypto.subtle.generateKey(signingAlgorithm, true, [
    "sign",
    "verify",
  ])) as webcrypto.CryptoKeyPair;
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name,
    keys,
    signingAlgorithm,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "jane.example.com" }])],
  });
  return request.toString("pem");
}
