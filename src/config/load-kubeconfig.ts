import path from "node:path";
import { ConfigError } from "../errors.ts";
import {
  type KubeconfigCluster,
  type KubeconfigContext,
  type KubeconfigFile,
  type KubeconfigUser,
  parseKubeconfig,
} from "./kubeconfig.ts";

/** Several kubeconfig files as one: for every name and scalar, the first file that has it. */
export interface Kubeconfig {
  /** In order of precedence; files that are missing or empty are left out. */
  readonly files: readonly KubeconfigFile[];
  readonly currentContext: string | undefined;
  readonly clusters: ReadonlyMap<string, Entry<KubeconfigCluster>>;
  readonly users: ReadonlyMap<string, Entry<KubeconfigUser>>;
  readonly contexts: ReadonlyMap<string, Entry<KubeconfigContext>>;
}

/** An entry and the file it stands in: relative paths resolve against that file. */
export interface Entry<T> {
  readonly value: T;
  readonly file: string;
}

/** Which kubeconfig files to read, and how. */
export interface LoadOptions {
  /** `--kubeconfig`: this file alone, and it must exist. */
  readonly kubeconfig?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  /** Reads a file as UTF-8. Rejects with code `ENOENT` when it is not there. */
  readonly readFile: (path: string) => Promise<string>;
  /** Relative file names resolve against it. */
  readonly currentDirectory: string;
}

/** Where {@link loadKubeconfig} looks, in order. With `required`, the one file must exist. */
export function kubeconfigPaths(options: Omit<LoadOptions, "readFile">): { paths: string[]; required: boolean } {
  const absolute = (file: string): string => path.resolve(options.currentDirectory, file);
  if (options.kubeconfig) return { paths: [absolute(options.kubeconfig)], required: true };
  const listed = options.env.KUBECONFIG;
  if (listed) {
    const files = listed.split(path.delimiter).filter((file) => file !== "");
    return { paths: [...new Set(files.map(absolute))], required: false };
  }
  return { paths: [path.join(options.homeDirectory, ".kube", "config")], required: false };
}

/**
 * Reads and merges the kubeconfig files that kubectl would read.
 * Throws ConfigError `KUBECONFIG_NOT_FOUND` when the file of `--kubeconfig` is missing, and `KUBECONFIG_INVALID`
 * with file and line when one cannot be read.
 */
export async function loadKubeconfig(options: LoadOptions): Promise<Kubeconfig> {
  const { paths, required } = kubeconfigPaths(options);
  const files: KubeconfigFile[] = [];
  for (const file of paths) {
    const text = await readOptional(file, options.readFile);
    if (text === undefined) {
      if (!required) continue;
      throw new ConfigError("KUBECONFIG_NOT_FOUND", `Cannot read kubeconfig ${file}: no such file`, {
        hint: "Check --kubeconfig; without it, the files of KUBECONFIG or ~/.kube/config are read.",
      });
    }
    if (text.trim() !== "") files.push(parseKubeconfig(text, file));
  }
  return mergeKubeconfigs(files);
}

/** Merges files of falling precedence: the first that has a name wins with its whole entry. */
export function mergeKubeconfigs(files: readonly KubeconfigFile[]): Kubeconfig {
  const merge = <T>(pick: (file: KubeconfigFile) => ReadonlyMap<string, T>): Map<string, Entry<T>> => {
    const merged = new Map<string, Entry<T>>();
    for (const file of files) {
      for (const [name, value] of pick(file)) {
        if (!merged.has(name)) merged.set(name, { value, file: file.path });
      }
    }
    return merged;
  };
  return {
    files,
    currentContext: files.find((file) => file.currentContext !== undefined)?.currentContext,
    clusters: merge((file) => file.clusters),
    users: merge((file) => file.users),
    contexts: merge((file) => file.contexts),
  };
}

/** The text of a kubeconfig; undefined where there is no such file. Throws ConfigError `KUBECONFIG_INVALID`. */
export async function readOptional(file: string, readFile: LoadOptions["readFile"]): Promise<string | undefined> {
  try {
    return await readFile(file);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    const reason = code === "EACCES" ? "permission denied" : code === "EISDIR" ? "it is a directory" : messageOf(cause);
    throw new ConfigError("KUBECONFIG_INVALID", `Cannot read kubeconfig ${file}: ${reason}`, { cause });
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
