import { chmod, mkdir, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { KubeconfigEdit } from "./edit-kubeconfig.ts";

/**
 * Writes beside the file and puts it in its place, so that it is never half written. A link stays one, a file keeps its
 * mode, and a new one is for its owner alone.
 */
export async function writeKubeconfig(edit: KubeconfigEdit): Promise<void> {
  await mkdir(path.dirname(edit.path), { recursive: true });
  const file = await realpath(edit.path).catch(() => edit.path);
  const mode = await stat(file).then(
    (present) => present.mode & 0o777,
    () => 0o600,
  );
  const fresh = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(fresh, edit.text, { mode: 0o600 });
    await chmod(fresh, mode);
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
