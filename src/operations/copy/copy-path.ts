import { UsageError } from "../../errors.ts";

/** A file or folder on this machine. */
export interface LocalPath {
  readonly type: "local";
  readonly path: string;
}

/** A file or folder in a container. */
export interface RemotePath {
  readonly type: "remote";
  readonly namespace: string | undefined;
  readonly pod: string;
  /** From the root, or from the container's working directory. */
  readonly path: string;
}

/** What is copied where. */
export type CopyRoute =
  | { readonly type: "download"; readonly from: RemotePath; readonly to: LocalPath }
  | { readonly type: "upload"; readonly from: LocalPath; readonly to: RemotePath };

/** Names of namespaces and pods. */
const NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

/**
 * Reads `pod:path`, `namespace/pod:path` or a path of this machine. What stands before the colon must be such names:
 * `./a:b`, `/a:b`, `C:\a` and `my_file:1` are local.
 */
export function parseCopyPath(text: string, platform: string = process.platform): LocalPath | RemotePath {
  if (typeof text !== "string" || text === "") {
    throw new UsageError(
      "INVALID_INPUT",
      `Cannot copy: a path is ${text === "" ? "empty" : `${typeof text}, not a text`}`,
      {
        hint: 'Give a path of this machine, or "POD:PATH", "NAMESPACE/POD:PATH".',
      },
    );
  }
  if (text.includes("\0")) throw new UsageError("INVALID_INPUT", "Cannot copy: a path holds a NUL character");
  const colon = text.indexOf(":");
  const drive = platform === "win32" ? /^[A-Za-z]:[\\/]/ : /^[A-Za-z]:\\/;
  if (colon === -1 || drive.test(text)) return { type: "local", path: text };
  const names = text.slice(0, colon).split("/");
  if (colon === 0) {
    throw new UsageError("INVALID_INPUT", `Cannot copy ${JSON.stringify(text)}: no pod is named before the colon`, {
      hint: 'Write "POD:PATH"; a file of this machine whose name begins with a colon is "./:…".',
    });
  }
  if (names.length > 2 || !names.every((name) => NAME.test(name))) return { type: "local", path: text };
  const path = text.slice(colon + 1);
  if (path === "") {
    throw new UsageError("INVALID_INPUT", `Cannot copy ${JSON.stringify(text)}: no path is named behind the colon`, {
      hint: `For the container's working directory write "${text}.".`,
    });
  }
  const [pod = "", namespace] = names.toReversed();
  return { type: "remote", namespace, pod, path };
}

/** What is copied where. Throws UsageError unless one end is in a pod and the other on this machine. */
export function copyRoute(from: string, to: string, platform: string = process.platform): CopyRoute {
  const [source, target] = [parseCopyPath(from, platform), parseCopyPath(to, platform)];
  if (source.type === "remote" && target.type === "local") return { type: "download", from: source, to: target };
  if (source.type === "local" && target.type === "remote") return { type: "upload", from: source, to: target };
  const both = source.type === "local" ? "both are on this machine" : "both are in pods";
  const hint =
    source.type === "local"
      ? 'Name the pod of one of them: "POD:PATH" or "NAMESPACE/POD:PATH".'
      : "Copy to this machine first and from there to the other pod; a local name with a colon in it begins with ./";
  throw new UsageError("INVALID_INPUT", `Cannot copy ${JSON.stringify(from)} to ${JSON.stringify(to)}: ${both}`, {
    hint,
  });
}

/** As the user wrote it. */
export function remoteText({ namespace, pod, path }: RemotePath): string {
  return `${namespace === undefined ? "" : `${namespace}/`}${pod}:${path}`;
}

/** A path of the container, split at its last name: no name for `/`, `.`, `..` and what ends in a slash. */
export function splitRemote(path: string): { readonly folder: string; readonly name: string | undefined } {
  const slash = path.lastIndexOf("/");
  const name = path.slice(slash + 1);
  if (name === "" || name === "." || name === "..") return { folder: asOperand(path), name: undefined };
  if (slash === -1) return { folder: ".", name };
  return { folder: slash === 0 ? "/" : asOperand(path.slice(0, slash)), name };
}

/** Two parts of a path of the container. */
export function joinRemote(folder: string, name: string): string {
  return folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`;
}

/** A path that no program takes for an option. */
export function asOperand(path: string): string {
  return path.startsWith("-") ? `./${path}` : path;
}
