import { type ErrorCode, isKubescriptError } from "../errors.ts";

/** The documented exit codes. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  changes: 4,
  timedOut: 124,
  interrupted: 130,
  terminated: 143,
} as const;

const unreachable: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "KUBECONFIG_NOT_FOUND",
  "KUBECONFIG_INVALID",
  "CONTEXT_NOT_FOUND",
  "NO_CLUSTER",
  "CREDENTIAL_UNSUPPORTED",
  "CREDENTIAL_PLUGIN",
  "CREDENTIAL_INVALID",
  "CONNECTION_REFUSED",
  "HOST_NOT_FOUND",
  "HOST_UNREACHABLE",
  "WRONG_SCHEME",
  "UNKNOWN_CA",
  "CERTIFICATE_HOST_MISMATCH",
  "SERVER_CERTIFICATE_EXPIRED",
  "CLIENT_CERTIFICATE_EXPIRED",
  "CLIENT_CERTIFICATE_REJECTED",
  "PROXY",
  "CONNECTION_LOST",
  "UNAUTHORIZED",
]);

/** The exit code that tells an error. A usage error inside a script is the script's failure, so it is not 2 there. */
export function exitCodeOf(error: unknown, where: "script" | "command" = "command"): number {
  if (!isKubescriptError(error)) return EXIT.failed;
  if (unreachable.has(error.code)) return EXIT.unreachable;
  if (error.code === "SYNTAX") return EXIT.usage;
  if (where === "script") return EXIT.failed;
  if (error.code === "USAGE" || error.code === "INVALID_INPUT" || error.code === "NO_DRY_RUN") return EXIT.usage;
  if (error.code === "ABORTED") return EXIT.interrupted;
  return EXIT.failed;
}
