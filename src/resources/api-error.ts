import type { ApiRequest } from "../core/request.ts";
import { ApiError, type ErrorCode, type Status } from "../errors.ts";
import type { ApiResponse } from "../transport/transport.ts";

const CODES: Readonly<Record<number, ErrorCode>> = {
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  409: "CONFLICT",
  410: "GONE",
  422: "INVALID",
  429: "TOO_MANY_REQUESTS",
};

/** A refused request as an ApiError. */
export function apiErrorFrom(response: ApiResponse, request: Pick<ApiRequest, "method" | "path">): ApiError {
  const status = JSON.parse(Buffer.from(response.body).toString("utf8")) as Status;
  const code = status.reason === "AlreadyExists" ? "ALREADY_EXISTS" : (CODES[response.status] ?? "API");
  return new ApiError(code, `${request.method} ${request.path}: ${status.message ?? response.status}`, {
    status,
    httpStatus: response.status,
    method: request.method,
    path: request.path,
    retryAfterSeconds: status.details?.retryAfterSeconds,
  });
}
