import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCertificateAuthority } from "../../../src/sandbox/listener/certificate.ts";
import { der, integer, objectIdentifier } from "../../../src/sandbox/listener/der.ts";

const now = Date.UTC(2026, 10, 21, 12);
const authority = createCertificateAuthority({ commonName: "test-ca", now, validDays: 10 });
const root = new X509Certificate(authority.certificate);

describe("a certificate authority", () => {
  test("signs itself and may sign others", () => {
    expect(root.ca).toBe(true);
    expect(root.subject).toBe("CN=test-ca");
    expect(root.verify(root.publicKey)).toBe(true);
    expect(root.checkIssued(root)).toBe(true);
  });

  test("holds from an hour ago, for as long as it is told", () => {
    expect(Date.parse(root.validFrom)).toBe(now - 3_600_000);
    expect(Date.parse(root.validTo)).toBe(now + 10 * 86_400_000);
  });

  test("writes dates after 2049 too", () => {
    const far = createCertificateAuthority({ now: Date.UTC(2049, 11, 31), validDays: 10 });
    expect(Date.parse(new X509Certificate(far.certificate).validTo)).toBe(Date.UTC(2050, 0, 10));
  });
});

describe("a serving certificate", () => {
  const pair = authority.issueServer("kube-apiserver", ["localhost", "kubernetes.default.svc", "127.0.0.1", "::1"]);
  const certificate = new X509Certificate(pair.certificate);

  test("is its authority's, and no authority itself", () => {
    expect(certificate.checkIssued(root)).toBe(true);
    expect(certificate.verify(root.publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  });

  test("holds for its names and addresses alone", () => {
    expect(certificate.checkHost("kubernetes.default.svc")).toBe("kubernetes.default.svc");
    expect(certificate.checkHost("example.com")).toBeUndefined();
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(certificate.checkIP("::1")).toBe("::1");
    expect(certificate.checkIP("127.0.0.2")).toBeUndefined();
  });
});

describe("a client certificate", () => {
  test("carries user and groups, whatever they are called", () => {
    const text = fc
      .string({ minLength: 1, maxLength: 40, unit: "grapheme" })
      .filter((one) => !/[\n\r\\+,"<>;=#\0]/.test(one));
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 3 }), (username, groups) => {
        const { certificate } = authority.issueClient(username, groups);
        const { subject } = new X509Certificate(certificate).toLegacyObject();
        expect(subject.CN).toBe(username);
        expect([subject.O ?? []].flat()).toEqual(groups);
      }),
      { numRuns: 30 },
    );
  });

  test("has its own serial number and its own key", () => {
    const [first, second] = [authority.issueClient("a", []), authority.issueClient("a", [])];
    expect(new X509Certificate(first.certificate).serialNumber).not.toBe(
      new X509Certificate(second.certificate).serialNumber,
    );
    expect(first.key).not.toBe(second.key);
    expect(new X509Certificate(first.certificate).fingerprint256).toMatch(/^[0-9A-F:]+$/);
  });
});

describe("DER", () => {
  test("integers are never negative and as short as can be", () => {
    expect(integer(Buffer.from([0, 0, 1])).toString("hex")).toBe("020101");
    expect(integer(Buffer.from([0x80])).toString("hex")).toBe("02020080");
    expect(integer(Buffer.from([0])).toString("hex")).toBe("020100");
  });

  test("object identifiers take 128 to a digit", () => {
    expect(objectIdentifier("1.2.840.10045.4.3.2").toString("hex")).toBe("06082a8648ce3d040302");
  });

  test("a length says how many bytes follow", () => {
    fc.assert(
      fc.property(fc.nat({ max: 70_000 }), (size) => {
        const encoded = der(0x04, Buffer.alloc(size));
        const first = encoded[1]!;
        const digits = first < 0x80 ? 0 : first - 0x80;
        const length = digits === 0 ? first : encoded.readUIntBE(2, digits);
        expect(length).toBe(size);
        expect(encoded.length).toBe(2 + digits + size);
      }),
    );
  });
});
