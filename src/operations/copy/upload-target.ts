import { UsageError } from "../../errors.ts";
import { isNoSuchProgram } from "../exec/process-exit.ts";
import { type ContainerEnd, missingProgram, runProgram } from "./container-program.ts";
import { asOperand, joinRemote, splitRemote } from "./copy-path.ts";
import type { UploadPlan } from "./local-plan.ts";

/** Where an upload goes in the container. */
export interface UploadTarget {
  /** The file or folder that there will be. */
  readonly path: string;
  /** Where what comes is kept until it is whole: it must be on the same file system. */
  readonly folder: string;
  /** What it is called in `folder`; undefined where it is added to the content of `folder` itself. */
  readonly name: string | undefined;
  /** The file comes in a new folder of its own, which is what `path` is. */
  readonly wrapped: boolean;
}

/** What stands under a name. */
type Kind = "none" | "file" | "empty" | "full";

/** Tells whether there is a tar, and the kind of each path. */
const LOOK = `command -v tar >/dev/null && echo tar || echo "no tar"
for one; do
  if [ -d "$one" ]; then
    if [ -n "$(ls -A "$one" | head -n 1)" ]; then echo full; else echo empty; fi
  elif [ -e "$one" ] || [ -L "$one" ]; then echo file
  else echo none
  fi
done`;

/**
 * As `cp -r` does: into a folder that is there under its own name, else under the name that was given; `site/.` is the
 * content alone. Throws UsageError for what is in the way, before anything is sent.
 */
export async function uploadTarget(
  end: ContainerEnd,
  target: string,
  plan: UploadPlan,
  overwrite: boolean,
  signal: AbortSignal,
): Promise<UploadTarget> {
  const { type, name } = plan;
  const below = joinRemote(target, name ?? ".");
  const { folder, name: own } = splitRemote(target.length > 1 ? target.replace(/(?<=.)\/+$/, "") : target);
  const parent = own === undefined ? target : folder;
  const [there, thereBelow, above] = await look(end, [target, below, parent].map(asOperand), signal);
  const exists = there === "empty" || there === "full";
  if (exists && (name !== undefined || type === "directory")) {
    return name === undefined
      ? place(asOperand(target), undefined, target, there, plan, overwrite)
      : place(asOperand(target), name, below, thereBelow ?? "none", plan, overwrite);
  }
  if (above !== "empty" && above !== "full") {
    throw new UsageError(
      "INVALID_INPUT",
      `there is no folder ${JSON.stringify(parent)} in container "${end.container}"`,
      {
        hint: `Make it first: k8s.pods.exec(${JSON.stringify(end.pod)}, ["mkdir", "-p", ${JSON.stringify(parent)}])`,
      },
    );
  }
  if (own === undefined) throw new UsageError("INVALID_INPUT", `${JSON.stringify(target)} is no name for a file`);
  if (type === "file" && there === "none" && target.endsWith("/")) {
    return { path: below, folder, name: own, wrapped: true };
  }
  return place(folder, own, target, there ?? "none", plan, overwrite);
}

function place(
  folder: string,
  name: string | undefined,
  path: string,
  there: Kind,
  { type }: UploadPlan,
  overwrite: boolean,
): UploadTarget {
  const inTheWay = (why: string, hint: string): UsageError =>
    new UsageError("INVALID_INPUT", `${JSON.stringify(path)} cannot be written in the container: ${why}`, { hint });
  if (type === "file") {
    if (there === "full" || there === "empty") throw inTheWay("a folder of that name is there", "Name another file.");
    if (there === "file" && (!overwrite || path.endsWith("/"))) {
      throw inTheWay("it exists", "Name another file, or say { overwrite: true } to replace it.");
    }
    return { path, folder, name, wrapped: false };
  }
  if (there === "file") throw inTheWay("it is a file, and what is copied is a folder", "Name a folder.");
  if (there === "full" && !overwrite) {
    throw inTheWay(
      "this folder is not empty",
      "Name a new one, or say { overwrite: true } to add to it and replace what has the same name.",
    );
  }
  if (there === "none" || name === undefined) return { path, folder, name, wrapped: false };
  return { path, folder: joinRemote(folder, name), name: undefined, wrapped: false };
}

async function look(end: ContainerEnd, paths: readonly string[], signal: AbortSignal): Promise<Kind[]> {
  try {
    const { stdout } = await runProgram(end, ["sh", "-c", LOOK, "sh", ...paths], signal);
    const [tar, ...kinds] = stdout.split("\n");
    if (tar !== "tar") throw missingProgram("tar", end);
    return kinds as Kind[];
  } catch (error) {
    if (isNoSuchProgram(error)) throw missingProgram("sh", end, error);
    throw error;
  }
}
