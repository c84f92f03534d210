/** https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#approval-rejection */
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { nextTry } from "../../resources/next-try.ts";
import type { WriteOptions } from "../../resources/options.ts";
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from "../../types/certificates-v1.ts";
import { objectFor } from "../shared/object-for.ts";

export interface DecideOptions extends WriteOptions {
  /** One word. Default `KubescriptApprove`, `KubescriptDeny`. */
  readonly reason?: string | undefined;
  /** For people. */
  readonly message?: string | undefined;
  /** Also writes where it is decided so already, which changes nothing. Default false. */
  readonly force?: boolean | undefined;
}

type Decision = "Approved" | "Denied";

const WORDS = {
  Approved: { verb: "approve", opposite: "Denied", reason: "KubescriptApprove" },
  Denied: { verb: "deny", opposite: "Approved", reason: "KubescriptDeny" },
} as const;

/** kubectl's own: the signer may write at the same time. */
const TRIES = 10;

/** Approves or denies a request for a certificate; what is decided so already stays, what is decided otherwise is refused. */
export async function decide(
  requests: ResourceClient<CertificateSigningRequest>,
  name: string,
  decision: Decision,
  options: DecideOptions = {},
): Promise<CertificateSigningRequest> {
  const { reason, message, force = false, ...write } = options;
  const { verb, opposite, reason: usual } = WORDS[decision];
  for (let tried = 1; ; tried += 1) {
    const request = await objectFor(requests, verb, name, { signal: write.signal });
    const conditions = request.status?.conditions ?? [];
    if (conditions.some(({ type }) => type === opposite)) {
      throw new UsageError("USAGE", `Cannot ${verb} certificatesigningrequests "${name}": it is ${opposite} already`, {
        hint: "A decision is final. Delete the request and make it again.",
      });
    }
    const decided = conditions.some(({ type }) => type === decision);
    if (decided && !force) return request;
    const changed = decided
      ? request
      : withCondition(request, conditions, {
          type: decision,
          status: "True",
          reason: reason ?? usual,
          message: message ?? `This CSR was ${decision.toLowerCase()} by kubescript.`,
          lastUpdateTime: new Date(requests.timing.now()).toISOString().replace(/\.\d+Z$/, "Z"),
        });
    try {
      return await requests.subresource<CertificateSigningRequest>("approval").replace(changed, write);
    } catch (error) {
      await nextTry(error, tried, { timing: requests.timing, tries: TRIES, signal: write.signal });
    }
  }
}

function withCondition(
  request: CertificateSigningRequest,
  conditions: readonly CertificateSigningRequestCondition[],
  condition: CertificateSigningRequestCondition,
): CertificateSigningRequest {
  return { ...request, status: { ...request.status, conditions: [...conditions, condition] } };
}
