import { formatTime } from "../model/clock.ts";
import type { ApiObject } from "../model/object.ts";
import { numberAt, objectAt, objectsAt, stringAt, stringsAt } from "../schema/fields.ts";
import { CONTROLLER_MANAGER, type Runtime } from "./runtime/runtime.ts";

/** PEM of a certificate for a PEM request, with the usages of its CertificateSigningRequest. Throws what is wrong. */
export type SignCertificate = (request: string, usages: readonly string[], validMs: number) => string;

const REQUESTS = "certificatesigningrequests.certificates.k8s.io";
const SIGNERS: ReadonlySet<string> = new Set([
  "kubernetes.io/kube-apiserver-client",
  "kubernetes.io/kube-apiserver-client-kubelet",
  "kubernetes.io/kubelet-serving",
  "kubernetes.io/legacy-unknown",
]);
const YEAR_SECONDS = 365 * 86_400;

/** Signs what was approved, for Kubernetes' own signers; any other signer is somebody else's. */
export function startCertificateSigner(runtime: Runtime, sign: SignCertificate): void {
  const { registry, clock } = runtime;
  const requests = runtime.informer<ApiObject>(REQUESTS);
  const queue = runtime.queue((name) => {
    const request = requests.get("", name);
    if (request === undefined || !isWaiting(request)) return;
    const spec = objectAt(request, "spec");
    let outcome: object;
    try {
      const pem = Buffer.from(stringAt(spec, "request"), "base64").toString();
      const seconds = numberAt(spec, "expirationSeconds") ?? YEAR_SECONDS;
      const certificate = sign(pem, stringsAt(spec, "usages"), seconds * 1000);
      outcome = { certificate: Buffer.from(certificate).toString("base64") };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const time = formatTime(clock.now());
      const failed = { type: "Failed", status: "True", reason: "SignerValidationFailure", message };
      const conditions = objectsAt(objectAt(request, "status"), "conditions");
      outcome = { conditions: [...conditions, { ...failed, lastUpdateTime: time, lastTransitionTime: time }] };
    }
    const status = { ...objectAt(request, "status"), ...outcome };
    registry.update(REQUESTS, { ...request, status }, { manager: CONTROLLER_MANAGER, subresource: "status" });
  });
  requests.watch(({ type, object }) => {
    if (type !== "DELETED") queue.add(object.metadata.name ?? "");
  });
}

/** Approved, neither denied nor failed, without a certificate, and for one of the signers. */
function isWaiting(request: ApiObject): boolean {
  const status = objectAt(request, "status");
  const types = objectsAt(status, "conditions").map(({ type }) => type);
  return (
    SIGNERS.has(stringAt(objectAt(request, "spec"), "signerName")) &&
    types.includes("Approved") &&
    !types.includes("Denied") &&
    !types.includes("Failed") &&
    stringAt(status, "certificate") === ""
  );
}
