import { isApiError, isKubescriptError } from "../errors.ts";
import type { WatchFailure } from "./watch-machine.ts";

/** Refusals that no repetition mends. */
const PERMANENT: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 406, 409, 415, 422]);

/**
 * What a thrown error means to a watch.
 * @param streaming whether the present state was being asked for as a stream: 400 and 422 then mean that the server
 *   does not know how
 */
export function classifyFailure(error: unknown, streaming: boolean): WatchFailure {
  if (isApiError(error)) {
    if (error.httpStatus === 410 || error.reason === "Expired" || error.reason === "Gone")
      return { type: "expired", error };
    if (streaming && (error.httpStatus === 400 || error.httpStatus === 422)) return { type: "unsupported", error };
    if (PERMANENT.has(error.httpStatus)) return { type: "permanent", error };
    return { type: "transient", error, unreachable: false, retryAfterMs: (error.retryAfterSeconds ?? 0) * 1000 };
  }
  if (isKubescriptError(error) && (error.name === "ConnectionError" || error.code === "MALFORMED_RESPONSE")) {
    return { type: "transient", error, unreachable: true, retryAfterMs: 0 };
  }
  return { type: "permanent", error };
}
