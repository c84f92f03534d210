import path from "node:path";
import { ConfigError } from "../errors.ts";
import type { ExecConfig } from "./connection.ts";
import type { KubeconfigCluster, KubeconfigExec } from "./kubeconfig.ts";
import { resolvePath } from "./read-pem.ts";

/** The cluster's extension whose content plugins are given. */
const EXEC_EXTENSION = "client.authentication.k8s.io/exec";
const GROUP = "client.authentication.k8s.io";
const MODES = ["Never", "IfAvailable", "Always"] as const;

/** A user's `exec` entry, checked and with its command resolved. Throws ConfigError `CREDENTIAL_INVALID`. */
export function resolveExec(
  exec: KubeconfigExec,
  place: {
    readonly cluster: KubeconfigCluster;
    readonly userFile: string | undefined;
    readonly currentDirectory: string;
  },
  owner: string,
): ExecConfig {
  const invalid = (problem: string, hint?: string): ConfigError =>
    new ConfigError("CREDENTIAL_INVALID", `Cannot use the exec plugin of ${owner}: ${problem}`, { hint });
  const { apiVersion, command } = exec;
  if (!command) throw invalid("it has no command");
  if (!apiVersion) throw invalid("it has no apiVersion", `Set apiVersion: ${GROUP}/v1.`);
  if (apiVersion !== `${GROUP}/v1` && apiVersion !== `${GROUP}/v1beta1`) {
    throw invalid(`its apiVersion ${apiVersion} is not supported`, `Use ${GROUP}/v1, and a plugin that answers it.`);
  }
  const mode = exec.interactiveMode ?? (apiVersion.endsWith("/v1beta1") ? "IfAvailable" : undefined);
  if (mode === undefined) {
    throw invalid("it has no interactiveMode", `Set interactiveMode: IfAvailable; ${GROUP}/v1 requires it.`);
  }
  const interactiveMode = MODES.find((one) => one === mode);
  if (interactiveMode === undefined) throw invalid(`its interactiveMode is not one of ${MODES.join(", ")}`);
  const env = (exec.env ?? []).map(({ name, value }) => {
    if (!name) throw invalid("a variable of its env has no name");
    return { name, value: value ?? "" };
  });
  const clusterConfig = place.cluster.extensions?.find(({ name }) => name === EXEC_EXTENSION)?.extension;
  return {
    apiVersion,
    command: hasSeparator(command) ? resolvePath(command, place.userFile, place.currentDirectory) : command,
    args: exec.args ?? [],
    env,
    interactiveMode,
    provideClusterInfo: exec.provideClusterInfo ?? false,
    ...(clusterConfig === undefined ? {} : { clusterConfig }),
    ...(exec.installHint ? { installHint: exec.installHint } : {}),
  };
}

/** A bare name is looked up in PATH; anything with a separator is a path. */
function hasSeparator(command: string): boolean {
  return command.includes("/") || command.includes(path.sep);
}
