import type { KubernetesObject, UnknownObject } from "../../core/object.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CertificateSigningRequest } from "../../types/certificates-v1.ts";
import type { ServiceAccount } from "../../types/core-v1.ts";
import type { DecideOptions } from "../access/certificates.ts";
import type { ServiceAccountToken, TokenOptions } from "../access/token.ts";
import { clientOf } from "../shared/siblings.ts";
import { WorkloadVerbs } from "./workload-verbs.ts";

/** The verbs of service accounts and requests for certificates. */
export class AccessVerbs<T extends KubernetesObject = UnknownObject> extends WorkloadVerbs<T> {
  /**
   * A new token of a service account, and when the server ends it. Only service accounts have that.
   *
   * @example
   * const { token } = await k8s.serviceaccounts.token("default", { audiences: ["vault"], durationSeconds: 600 });
   */
  async token(name: string, options: TokenOptions = {}): Promise<ServiceAccountToken> {
    const accounts = await clientOf<ServiceAccount>(this, "create a token of", name, "serviceaccounts");
    const { createToken } = await import("../access/token.ts");
    return createToken(accounts, name, options);
  }

  /**
   * Approves a CertificateSigningRequest, so that its signer issues the certificate; one that is approved already stays as
   * it is, one that was denied is a UsageError.
   *
   * @example
   * await k8s.certificatesigningrequests.approve("jane", { message: "seen in the office" });
   * const { status } = (await k8s.csr.wait("jane", "jsonpath={.status.certificate}")) ?? {};
   */
  async approve(name: string, options: DecideOptions = {}): Promise<CertificateSigningRequest> {
    const requests = await this.#requests("approve", name);
    const { decide } = await import("../access/certificates.ts");
    return decide(requests, name, "Approved", options);
  }

  /**
   * Denies a CertificateSigningRequest for good; one that was approved is a UsageError.
   *
   * @example
   * await k8s.certificatesigningrequests.deny("mallory", { reason: "Unknown" });
   */
  async deny(name: string, options: DecideOptions = {}): Promise<CertificateSigningRequest> {
    const requests = await this.#requests("deny", name);
    const { decide } = await import("../access/certificates.ts");
    return decide(requests, name, "Denied", options);
  }

  async #requests(action: string, name: string): Promise<ResourceClient<CertificateSigningRequest>> {
    return clientOf<CertificateSigningRequest>(this, action, name, "certificatesigningrequests.certificates.k8s.io");
  }
}
