import {
  AbortError,
  ApiError,
  ConfigError,
  ConnectionError,
  isApiError,
  isKubescriptError,
  KubescriptError,
  TimeoutError,
  UsageError,
} from "../../errors.ts";

/** The same failure in other words: its class, code, cause and what the server answered are kept. */
export function retold(error: unknown, message: string, hint: string | undefined): unknown {
  if (!isKubescriptError(error)) return error;
  const { cause, retryable } = error;
  // What the server answered stands in the error itself: a cause would say it a second time.
  if (isApiError(error)) return new ApiError(error.code, message, error, { hint, retryable });
  const options = { cause, hint, retryable };
  if (error instanceof AbortError) return new AbortError(message, options);
  if (error instanceof TimeoutError) return new TimeoutError(message, options);
  for (const Kind of [UsageError, ConnectionError, ConfigError]) {
    if (error instanceof Kind) return new Kind(error.code, message, options);
  }
  return new KubescriptError(error.code, message, options);
}

/** `a, b, c and 12 more` */
export function listed(names: readonly string[], most = 8): string {
  const rest = names.length - most;
  return rest <= 0 ? names.join(", ") : `${names.slice(0, most).join(", ")} and ${rest} more`;
}

export function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
