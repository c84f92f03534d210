import { X509Certificate } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { parseCertificateRequest } from "../../../src/sandbox/certificates/certificate-request.ts";
import { type RunningSandbox, startSandbox } from "../../../src/sandbox/index.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import { requestOf } from "./request-of.ts";

let sandbox: RunningSandbox | undefined;
afterEach(() => sandbox?.close());

const ADMIN = { certificate: { commonName: "admin", organizations: ["system:masters"], sha256: "0" } };
const REQUESTS = "/apis/certificates.k8s.io/v1/certificatesigningrequests";

async function ask(
  method: string,
  path: string,
  body: object,
): Promise<ApiObject & { status: { [field: string]: unknown } }> {
  const request = new Request(`https://sandbox${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return (await sandbox?.handle(request, ADMIN))?.json() as Promise<
    ApiObject & { status: { [field: string]: unknown } }
  >;
}

async function approved(request: string, signerName: string): Promise<{ [field: string]: unknown }> {
  sandbox = await startSandbox({ nodes: [] });
  const { registry } = sandbox;
  const live = await ask("POST", REQUESTS, {
    metadata: { name: "jane" },
    spec: {
      request: Buffer.from(request).toString("base64"),
      signerName,
      usages: ["client auth", "digital signature"],
      expirationSeconds: 3600,
    },
  });
  const condition = { type: "Approved", status: "True", reason: "ByMe", message: "known" };
  await ask("PUT", `${REQUESTS}/jane/approval`, { ...live, status: { conditions: [condition] } });
  const status = (): { [field: string]: unknown } =>
    registry.get("certificatesigningrequests.certificates.k8s.io", "", "jane")?.status as { [field: string]: unknown };
  for (let turn = 0; turn < 100 && !("certificate" in status()); turn += 1)
    await new Promise((resolve) => setTimeout(resolve, 2));
  return status();
}

test.each(["EC P-256", "RSA"] as const)(
  "an approved request for an %s key gets a certificate of the sandbox's authority",
  async (kind) => {
    const status = await approved(await requestOf(kind), "kubernetes.io/kube-apiserver-client");
    const certificate = new X509Certificate(Buffer.from(String(status.certificate), "base64"));
    const authority = new X509Certificate(sandbox?.certificateAuthority ?? "");
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(certificate.subject.split("\n").sort()).toEqual(["CN=jane", "O=devs", "O=ops"]);
    expect(certificate.subjectAltName).toBe("DNS:jane.example.com");
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
    const hours = (Date.parse(certificate.validTo) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(0.98);
    expect(hours).toBeLessThanOrEqual(1);
  },
);

test("a request of a foreign signer is left to it", async () => {
  const status = await approved(await requestOf("EC P-256"), "example.com/signer");
  expect(status.certificate).toBeUndefined();
});

test("a request that was tampered with is refused", async () => {
  const pem = await requestOf("EC P-256");
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64");
  const at = der.indexOf("jane");
  der.write("joan", at);
  const wrap = (bytes: Buffer): string =>
    `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
  expect(() => parseCertificateRequest(wrap(der))).toThrow("signature is not valid");
  expect(() => parseCertificateRequest(wrap(der.subarray(0, 40)))).toThrow("cannot be read");
  expect(() => parseCertificateRequest("nothing")).toThrow("CERTIFICATE REQUEST");
});
