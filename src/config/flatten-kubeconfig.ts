import path from "node:path";
import { record } from "../core/record.ts";
import { ConfigError } from "../errors.ts";
import { type KubeconfigFile, SECTIONS } from "./kubeconfig.ts";
import { entries, requireContext } from "./kubeconfig-document.ts";
import type { Kubeconfig } from "./load-kubeconfig.ts";

/** Fields that name a file, and those that hold what stands in one. */
const FILES: Readonly<Record<string, string>> = {
  "certificate-authority": "certificate-authority-data",
  "client-certificate": "client-certificate-data",
  "client-key": "client-key-data",
};

/** Reads a file of certificates or a key. */
type Read = (path: string) => Promise<Uint8Array>;

/**
 * A kubeconfig that holds the certificates and keys of the files that it names, so that it serves on another machine.
 * Throws ConfigError `KUBECONFIG_INVALID` for a file that cannot be read.
 * @param context only what it needs is read and changed; default everything
 */
export async function flattenKubeconfig(kubeconfig: Kubeconfig, read: Read, context?: string): Promise<Kubeconfig> {
  const needed = context === undefined ? undefined : requireContext(kubeconfig, context, "show").value;
  const flatten = async (file: KubeconfigFile): Promise<KubeconfigFile> => {
    const section = (name: "clusters" | "users", only: unknown): Promise<Record<string, unknown>[]> =>
      Promise.all(
        entries(file.document, name).map(async (one) => {
          if (needed !== undefined && one.name !== only) return one;
          const key = SECTIONS[name];
          return { ...one, [key]: await flattenFields(record(one[key]), file.path, read) };
        }),
      );
    const [clusters, users] = await Promise.all([section("clusters", needed?.cluster), section("users", needed?.user)]);
    return { ...file, document: { ...file.document, clusters, users } };
  };
  return { ...kubeconfig, files: await Promise.all(kubeconfig.files.map(flatten)) };
}

async function flattenFields(
  fields: Readonly<Record<string, unknown>>,
  file: string,
  read: Read,
): Promise<Record<string, unknown>> {
  const flat: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(fields)) {
    const holds = FILES[field];
    if (holds === undefined || typeof value !== "string" || value === "") {
      flat[field] = value;
      continue;
    }
    const named = path.resolve(path.dirname(file), value);
    try {
      flat[holds] = Buffer.from(await read(named)).toString("base64");
    } catch (cause) {
      const what = `its ${field}, ${named}, cannot be read`;
      throw new ConfigError("KUBECONFIG_INVALID", `Cannot flatten ${file}: ${what}`, { cause });
    }
  }
  return flat;
}
