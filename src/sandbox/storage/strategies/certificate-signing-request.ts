import { fieldsOf } from "../json.ts";
import type { Strategy } from "../strategy.ts";

/** The server, not the client, says who asks for the certificate. */
export const CERTIFICATE_SIGNING_REQUEST_STRATEGY: Partial<Strategy> = {
  prepareCreate(request, user) {
    request.spec = {
      ...fieldsOf(request.spec),
      username: user.username,
      ...(user.uid === undefined ? {} : { uid: user.uid }),
      groups: [...user.groups],
      ...(user.extra === undefined ? {} : { extra: user.extra }),
    };
  },
};
