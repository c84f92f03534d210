import { ApiError, isApiError } from "../../errors.ts";
import type { CallOptions, Transport } from "../../transport/transport.ts";
import { review } from "./review.ts";

/** A user as the server knows it. */
export interface UserInfo {
  readonly username: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Newest first: `v1` came with 1.28, the others are there before it only where they were switched on. */
const VERSIONS = ["v1", "v1beta1", "v1alpha1"] as const;

/**
 * Who the server takes us for, by a SelfSubjectReview of the newest version that it serves. A server that serves none
 * cannot tell: NOT_FOUND, with the first refusal's answer.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#self-subject-review
 */
export async function whoAmI(transport: Transport, options: CallOptions): Promise<UserInfo> {
  let refusal: ApiError | undefined;
  for (const version of VERSIONS) {
    try {
      const asked = { group: "authentication.k8s.io", version, kind: "SelfSubjectReview" };
      const { status } = await review<{ userInfo?: UserInfo }>(transport, asked, undefined, options);
      return status?.userInfo ?? { username: "" };
    } catch (error) {
      if (!isApiError(error) || error.httpStatus !== 404) throw error;
      refusal ??= error;
    }
  }
  throw unserved(refusal);
}

/** The same, or undefined where the server does not say it, or not to everybody. */
export async function whoAmIIfTold(transport: Transport, options: CallOptions): Promise<UserInfo | undefined> {
  try {
    return await whoAmI(transport, options);
  } catch (error) {
    if (isApiError(error) && (error.httpStatus === 403 || error.httpStatus === 404)) return undefined;
    throw error;
  }
}

function unserved(refusal: ApiError | undefined): ApiError | undefined {
  if (refusal === undefined) return undefined;
  return new ApiError(refusal.code, "Cannot tell who we are: this server serves no SelfSubjectReview", refusal, {
    cause: refusal,
    hint: "Servers have it since 1.28. On this one, `k8s.can(verb, resource)` still tells what you may do.",
  });
}
