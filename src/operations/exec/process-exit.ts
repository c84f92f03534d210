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
 * Reads the Status that ends a remote process. Throws UsageError where the container cannot start the command,
 * ApiError for other failures: then no exit code exists.
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
  const cause = apiErrorFromStatus(status, status.code ?? 500, request);
  const unstarted = UNSTARTED.find(({ problem }) => problem.test(status.message ?? ""));
  if (unstarted === undefined) throw cause;
  const { what, hint } = unstarted;
  throw new UsageError("INVALID_INPUT", `Cannot run ${label}: ${what}`, { cause, hint });
}

const NO_SUCH_PROGRAM = "the container has no such program";

/** What container runtimes say of a program that they cannot start; the first that fits. */
const UNSTARTED: readonly { readonly problem: RegExp; readonly what: string; readonly hint: string }[] = [
  {
    problem: /chdir to cwd/i,
    what: "the container's working directory is not there",
    hint: "A volume may lie over it, or it was removed; k8s.pods.debug brings a container beside it, to look.",
  },
  {
    problem: /executable file not found|no such file or directory/i,
    what: NO_SUCH_PROGRAM,
    hint: "Name one that its image holds; k8s.pods.debug brings a container with tools of its own beside it.",
  },
  {
    problem: /exec.*(permission denied|exec format error|is a directory)/is,
    what: "the container may not execute that",
    hint: "It is a folder, has no right to be executed (chmod +x), or is a program for another processor.",
  },
];

/** Whether the container lacks the program. */
export function isNoSuchProgram(error: unknown): boolean {
  return error instanceof UsageError && error.message.endsWith(NO_SUCH_PROGRAM);
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
