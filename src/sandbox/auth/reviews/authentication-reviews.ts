import { type Clock, formatTime } from "../../model/clock.ts";
import { isJsonObject, type JsonObject } from "../../model/object.ts";
import { badRequest } from "../../model/status-error.ts";
import type { UserInfo } from "../../model/user.ts";
import type { VirtualResource } from "../../model/virtual-resource.ts";
import type { Authenticator } from "../authenticator.ts";

const GROUP = "authentication.k8s.io";

/** `SelfSubjectReview`: who am I? */
export function selfSubjectReviews(clock: Clock): VirtualResource {
  return {
    group: GROUP,
    resource: "selfsubjectreviews",
    create: (review, { user }) => ({
      apiVersion: review.apiVersion,
      kind: review.kind,
      metadata: { creationTimestamp: formatTime(clock.now()) },
      status: { userInfo: userInfo(user) },
    }),
  };
}

/** `TokenReview`: whose token is this? */
export function tokenReviews(authenticator: Authenticator): VirtualResource {
  return {
    group: GROUP,
    resource: "tokenreviews",
    create(review) {
      const spec = isJsonObject(review.spec) ? review.spec : {};
      if (typeof spec.token !== "string" || spec.token === "") {
        throw badRequest("token is required for TokenReview in authentication");
      }
      const audiences = Array.isArray(spec.audiences) ? spec.audiences.map(String) : [];
      const verdict = authenticator.authenticateToken(spec.token, audiences);
      const status =
        "error" in verdict
          ? { user: {}, error: verdict.error }
          : { authenticated: true, user: userInfo(verdict.user), audiences: verdict.audiences };
      return { ...review, status };
    },
  };
}

/** `authentication.k8s.io/v1` UserInfo. */
function userInfo({ username, uid, groups, extra }: UserInfo): JsonObject {
  return {
    username,
    ...(uid === undefined || uid === "" ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(extra === undefined || Object.keys(extra).length === 0 ? {} : { extra }),
  };
}
