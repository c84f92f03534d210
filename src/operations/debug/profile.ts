import type { PodSpec, SecurityContext } from "../../types/core-v1.ts";

/**
 * What rights a debugging container has, as kubectl debug's `--profile`: `general` may trace processes and sees a node
 * whole; `baseline` and `restricted` keep to the pod security levels of those names; `netadmin` may change the network;
 * `sysadmin` is privileged.
 * https://kubernetes.io/docs/tasks/debug/debug-application/debug-running-pod/#debugging-profiles
 */
export type DebugProfile = "general" | "baseline" | "restricted" | "netadmin" | "sysadmin";

export const DEBUG_PROFILES: readonly DebugProfile[] = ["general", "baseline", "restricted", "netadmin", "sysadmin"];

/** The security context of the container, given the one that it has already; undefined for none. */
export function profileContext(
  profile: DebugProfile,
  onNode: boolean,
  own?: SecurityContext | undefined,
): SecurityContext | undefined {
  switch (profile) {
    case "general":
      return onNode ? undefined : withCapabilities(own, ["SYS_PTRACE"]);
    case "baseline":
      return undefined;
    case "restricted":
      return {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      };
    case "netadmin":
      return withCapabilities(own, ["NET_ADMIN", "NET_RAW"]);
    case "sysadmin":
      return { ...own, privileged: true };
  }
}

function withCapabilities(own: SecurityContext | undefined, more: readonly string[]): SecurityContext {
  const add = [...new Set([...(own?.capabilities?.add ?? []), ...more])];
  return { ...own, capabilities: { ...own?.capabilities, add } };
}

/** What a pod that debugs a node has of it: its namespaces, and its files at `/host`. */
export function nodeAccess(profile: DebugProfile): { readonly namespaces: Partial<PodSpec>; readonly files: boolean } {
  const host = { hostNetwork: true, hostPID: true, hostIPC: true };
  if (profile === "general" || profile === "sysadmin") return { namespaces: host, files: true };
  return { namespaces: profile === "netadmin" ? host : {}, files: false };
}
