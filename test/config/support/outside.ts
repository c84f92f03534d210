import type { ConnectionFlags } from "../../../src/config/connection-flags.ts";

/** Everything that config reads, given by a test. */
export interface Outside {
  readonly env: Record<string, string>;
  readonly homeDirectory: string;
  readonly currentDirectory: string;
  readonly readFile: (path: string) => Promise<string>;
  readonly flags?: ConnectionFlags;
}

/** An outside made of the files of a record; nothing of the machine is seen. */
export function outside(files: Record<string, string>, more: Partial<Outside> = {}): Outside {
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
  };
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
