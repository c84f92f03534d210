import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Shell } from "zx/core";
import { formatYaml } from "../core/yaml.ts";
import type { ClusterHandle } from "./cluster.ts";

/** What sub-processes are given. */
export interface ShellOptions {
  /** The session that sub-processes shall find: asked when one is started. */
  readonly cluster: () => Pick<ClusterHandle, "context" | "namespace" | "files" | "target"> | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** zx's `$`, loaded by its first use, and the files that it left behind. */
export interface SessionShell {
  readonly $: Shell;
  /** Removes the kubeconfig that sub-processes were given. */
  close(): void;
}

/**
 * zx's `$` whose processes see the session's cluster: KUBECONFIG begins with a small file that only names context and
 * namespace, so that no credential is copied; the session's own files follow. Quiet unless made verbose.
 */
export function createShell(options: ShellOptions): SessionShell {
  let loaded: Shell | undefined;
  let folder: string | undefined;
  const load = (): Shell => {
    if (loaded === undefined) {
      const require = createRequire(import.meta.url);
      const { $ } = require("zx/core") as typeof import("zx/core");
      $.verbose = false;
      loaded = $;
    }
    const cluster = options.cluster();
    const env = { ...options.env };
    if (cluster !== undefined && cluster.files.length > 0) {
      folder ??= mkdtempSync(path.join(tmpdir(), "kubescript-"));
      const overlay = path.join(folder, "context.yaml");
      writeFileSync(overlay, overlayOf(cluster), { mode: 0o600 });
      env.KUBECONFIG = [overlay, ...cluster.files].join(path.delimiter);
    }
    Object.assign(loaded, { env });
    return loaded;
  };
  const $ = new Proxy((() => undefined) as unknown as Shell, {
    apply: (_target, self, words: Parameters<Shell>) => Reflect.apply(load(), self, words),
    get: (_target, name) => Reflect.get(load(), name),
    set: (_target, name, value) => Reflect.set(load(), name, value),
    has: (_target, name) => Reflect.has(load(), name),
  });
  return {
    $,
    close: () => {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      folder = undefined;
    },
  };
}

/** The first file wins, so its context stands over the one of the same name behind it. */
function overlayOf(cluster: Pick<ClusterHandle, "context" | "namespace" | "target">): string {
  const namespace = cluster.namespace === "*" ? undefined : cluster.namespace;
  const { cluster: clusterName, user } = cluster.target;
  return formatYaml({
    apiVersion: "v1",
    kind: "Config",
    "current-context": cluster.context,
    contexts: [
      {
        name: cluster.context,
        context: { cluster: clusterName, user, ...(namespace === undefined ? {} : { namespace }) },
      },
    ],
  });
}
