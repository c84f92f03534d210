import type { SessionEnd } from "../model/container-access.ts";

/**
 * The Status that ends a command. Over WebSocket's v5 the API server passes on what it was told by the kubelet in its
 * own words; with v4 and SPDY the kubelet's reach the client.
 */
export function sessionStatus(end: SessionEnd, command: readonly string[], translated: boolean): object {
  if (end.type === "failed") return failed(end.message, translated);
  if (end.exitCode === 0) return { metadata: {}, status: "Success" };
  const why = translated
    ? `command terminated with exit code ${end.exitCode}`
    : `error executing command [${command.join(" ")}], exit code ${end.exitCode}`;
  return {
    metadata: {},
    status: "Failure",
    message: `command terminated with non-zero exit code: ${why}`,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(end.exitCode) }] },
  };
}

function failed(cause: string, translated: boolean): object {
  const message = translated ? `Internal error occurred: ${cause}` : cause;
  return {
    metadata: {},
    status: "Failure",
    message: `Internal error occurred: ${message}`,
    reason: "InternalError",
    details: { causes: [{ message }] },
    code: 500,
  };
}
