import type { ResolveOptions } from "../../../src/config/resolve-connection.ts";

/** An outside made of the files of a record; nothing of the machine is seen. */
export function outside(
  files: Record<string, string>,
  more: ResolveOptions = {},
): Required<Pick<ResolveOptions, "readFile" | "homeDirectory" | "currentDirectory" | "env">> & ResolveOptions {
  return {
    env: {},
    homeDirectory: "/home/ann",
    currentDirectory: "/work",
    readFile: async (path) => {
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" });
      return text;
    },
    ...more,
  } as never;
}

/** A kubeconfig with one cluster, user and context, all of that name. */
export function kubeconfig(
  name: string,
  parts: { cluster?: Record<string, unknown>; user?: Record<string, unknown>; context?: Record<string, unknown> } = {},
): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [{ name, cluster: { server: `https://${name}.example.com:6443`, ...parts.cluster } }],
    users: [{ name, user: parts.user ?? {} }],
    contexts: [{ name, context: { cluster: name, user: name, ...parts.context } }],
  });
}

export const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
export const KEY = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n";

/** The error of a promise that must fail. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & { code: string; hint?: string }> {
  return promise.then(
    () => {
      throw new Error("expected a failure");
    },
    (error) => error,
  );
}
