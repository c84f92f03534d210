import { authorizeByRbac } from "../auth/rbac/rbac-authorizer.ts";
import { rbacIndexOf } from "../auth/rbac/rbac-index.ts";
import { MASTERS_GROUP } from "../auth/well-known-users.ts";
import { type CertificateRequest, parseCertificateRequest } from "../certificates/certificate-request.ts";
import type { ApiObject } from "../model/object.ts";
import { objectAt, objectsAt, semanticEqual, stringAt } from "../schema/fields.ts";
import type { Registry } from "../storage/registry.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "./admission.ts";
import { forbid } from "./forbid.ts";

const GROUP = "certificates.k8s.io";
const CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client";

/**
 * Who approves or denies a request needs the verb `approve` on its signer besides the right to update `approval`.
 * https://github.com/kubernetes/kubernetes/blob/v1.36.0/plugin/pkg/admission/certificates/approval/admission.go
 */
export const certificateApproval: AdmissionPlugin = {
  name: "CertificateApproval",
  validate(attributes, registry) {
    if (!isUpdateOf(attributes, "approval")) return;
    // the old object's: an update cannot name another signer to get by
    const signer = signerOf(attributes.old);
    if (!mayUseSigner(attributes, registry, "approve", signer)) {
      throw forbid(attributes, `user not permitted to approve requests with signerName ${JSON.stringify(signer)}`);
    }
  },
};

/**
 * Who puts a certificate or a condition into a request's status needs the verb `sign` on its signer.
 * https://github.com/kubernetes/kubernetes/blob/v1.36.0/plugin/pkg/admission/certificates/signing/admission.go
 */
export const certificateSigning: AdmissionPlugin = {
  name: "CertificateSigning",
  validate(attributes, registry) {
    if (!isUpdateOf(attributes, "status")) return;
    const [before, after] = [attributes.old, attributes.object].map((request) => objectAt(request, "status"));
    const sameCertificate = stringAt(before, "certificate") === stringAt(after, "certificate");
    if (sameCertificate && semanticEqual(objectsAt(before, "conditions"), objectsAt(after, "conditions"))) return;
    const signer = signerOf(attributes.old);
    if (!mayUseSigner(attributes, registry, "sign", signer)) {
      throw forbid(attributes, `user not permitted to sign requests with signerName ${JSON.stringify(signer)}`);
    }
  },
};

/**
 * Nobody becomes a member of `system:masters` by a request to the signer of clients' certificates.
 * https://github.com/kubernetes/kubernetes/blob/v1.36.0/plugin/pkg/admission/certificates/subjectrestriction/admission.go
 */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: "CertificateSubjectRestriction",
  validate(attributes) {
    const { operation, object, subresource } = attributes;
    if (operation !== "CREATE" || !concernsRequests(attributes) || subresource !== "") return;
    if (signerOf(object) !== CLIENT_SIGNER) return;
    if (parse(attributes).organizations.includes(MASTERS_GROUP)) {
      throw forbid(attributes, `use of ${CLIENT_SIGNER} signer with ${MASTERS_GROUP} group is not allowed`);
    }
  },
};

function parse(attributes: AdmissionAttributes): CertificateRequest {
  try {
    const request = stringAt(objectAt(attributes.object, "spec"), "request");
    return parseCertificateRequest(Buffer.from(request, "base64").toString());
  } catch (error) {
    throw forbid(attributes, `failed to parse CSR: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function concernsRequests({ definition }: AdmissionAttributes): boolean {
  return definition.group === GROUP && definition.resource === "certificatesigningrequests";
}

function isUpdateOf(attributes: AdmissionAttributes, subresource: string): boolean {
  return attributes.operation === "UPDATE" && concernsRequests(attributes) && attributes.subresource === subresource;
}

function signerOf(request: ApiObject | undefined): string {
  return stringAt(objectAt(request, "spec"), "signerName");
}

/** The verb may be held on the signer itself, or on all of its domain: `example.com/*`. */
function mayUseSigner({ user }: AdmissionAttributes, registry: Registry, verb: string, signer: string): boolean {
  const [domain = ""] = signer.split("/");
  return [signer, `${domain}/*`].some((name) => {
    const request = { verb, group: GROUP, version: "*", resource: "signers", name };
    const attributes = { ...request, isResourceRequest: true, path: "", subresource: "", namespace: "" };
    return authorizeByRbac(rbacIndexOf(registry), user, attributes).allowed;
  });
}
