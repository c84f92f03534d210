import type { ApiRequest } from "../../core/request.ts";
import { KubescriptError, type Status, UsageError } from "../../errors.ts";
import { apiErrorFromStatus } from "../../transport/api-error.ts";

/** How a process ended. */
export interface ProcessExit {
  readonly exitCode: number;
  /** The server's word for an exit code that is not 0: `NonZeroExitCode`. */
  readonly reason?: string;
}

/** How a container at the terminal was left: it ended, or Ctrl-P Ctrl-Q left it running. */
export type TerminalResult = ProcessExit | { readonly detached: true };

/**
 * Reads the Status that ends a remote process. Throws UsageError where the command is not in the container, ApiError
 * for other failures: then no exit code exists.
 * @param label what ran, as in `sh in pods "web-0"`
 */
export function processExit(
  data: Uint8Array,
  label: string,
  request: Pick<ApiRequest, "method" | "path">,
): ProcessExit {
  const status = parseStatus(data, label);
  if (status.status === "Success") return { exitCode: 0 };
  const exitCode = exitCodeOf(status);
  if (exitCode !== undefined) return { exitCode, reason: status.reason ?? "NonZeroExitCode" };
  const message = status.message ?? "";
  if (/executable file not found|no such file or directory/i.test(message)) {
    throw new UsageError("INVALID_INPUT", `Cannot run ${label}: the container has no such program`, {
      cause: apiErrorFromStatus(status, status.code ?? 500, request),
      hint: "Name one that its image holds; k8s.pods.debug brings a container with tools of its own beside it.",
    });
  }
  throw apiErrorFromStatus(status, status.code ?? 500, request);
}

function exitCodeOf(status: Status): number | undefined {
  const cause = status.details?.causes?.find(({ reason }) => reason === "ExitCode");
  const text = cause?.message ?? "";
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function parseStatus(data: Uint8Array, label: string): Status {
  const text = new TextDecoder().decode(data);
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null) return parsed as Status;
  } catch {
    // Told below with what came.
  }
  throw new KubescriptError(
    "MALFORMED_RESPONSE",
    `Cannot tell how ${label} ended: the server's status cannot be read: ${text.slice(0, 200)}`,
  );
}
