import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import type { ProcessPromise, Shell } from "zx/core";
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
 * namespace, so that no credential is copied; the session's own files follow. Quiet unless made verbose. Options that
 * are set on it (`$.verbose = true`, `$.env = …`) are its own: zx as others import it stays as it is.
 */
export function createShell(options: ShellOptions): SessionShell {
  const own: Record<PropertyKey, unknown> = { verbose: false };
  let loaded: Shell | undefined;
  let folder: string | undefined;
  const zx = (): Shell => {
    loaded ??= (createRequire(import.meta.url)("zx/core") as typeof import("zx/core")).$;
    return loaded;
  };
  const environment = (): Record<string, string | undefined> => {
    const cluster = options.cluster();
    if (cluster === undefined || cluster.files.length === 0) return { ...options.env };
    folder ??= mkdtempSync(path.join(tmpdir(), "kubescript-"));
    const overlay = path.join(folder, "context.yaml");
    writeFileSync(overlay, overlayOf(cluster), { mode: 0o600 });
    return { ...options.env, KUBECONFIG: [overlay, ...cluster.files].join(path.delimiter) };
  };
  /** `$` with options; the environment is that of the moment at which it starts a process. */
  const preset =
    (extra: object) =>
    (...words: unknown[]): unknown => {
      const shell = zx()({ env: environment(), ...own, ...extra } as Parameters<Shell>[0]) as unknown;
      const started = (shell as (...words: unknown[]) => unknown)(...words);
      if ("input" in extra && extra.input instanceof Readable) endTogether(started as ProcessPromise, extra.input);
      return started;
    };
  const $ = new Proxy((() => undefined) as unknown as Shell, {
    apply: (_target, _self, words: readonly unknown[]) =>
      Array.isArray(words[0]) ? preset({})(...words) : preset(words[0] as object),
    get: (_target, name) => {
      if (name === "sync") return preset({ sync: true });
      if (name === "env" && own.env === undefined) return environment();
      return Object.hasOwn(own, name) ? own[name] : Reflect.get(zx(), name);
    },
    set: (_target, name, value) => {
      own[name] = value;
      return true;
    },
    has: (_target, name) => Object.hasOwn(own, name) || Reflect.has(zx(), name),
  });
  return {
    $,
    close: () => {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      folder = undefined;
    },
  };
}

/**
 * An input that fails, as a log does whose connection is lost, ends the command, which then has failed too; a command that
 * reads no further, as `head` does, ends its input. zx itself listens to neither: either would end this process, or wait for
 * ever.
 */
function endTogether(command: ProcessPromise, input: Readable): void {
  input.on("error", (error) => {
    if (!(command instanceof Promise) || command.output !== null) return;
    // With a signal of its own, it is not ours to abort.
    if (command.signal === command.ac.signal) command.ac.abort(error);
    else command.kill().catch(() => undefined);
  });
  const { stdin } = command;
  // How the command has ended, its exit code tells.
  stdin?.on("error", () => undefined);
  stdin?.once("close", () => {
    const shared = input === process.stdin || input.listenerCount("data") > 0;
    if (!shared) input.destroy();
  });
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
