import { chmodSync, mkdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { KubeconfigEdit } from "./edit-kubeconfig.ts";

/**
 * Writes beside the file and puts it in its place, so that it is never half written, and at once, so that what was read
 * just before is what is replaced. A link stays one, a file keeps its mode, and a new one is for its owner alone.
 * @param secret whether it holds what nobody else may read: then the file that is there is for its owner alone too
 */
export async function writeKubeconfig(edit: KubeconfigEdit, secret = false): Promise<void> {
  mkdirSync(path.dirname(edit.path), { recursive: true });
  const isThere = statSync(edit.path, { throwIfNoEntry: false });
  const file = isThere === undefined ? edit.path : realpathSync(edit.path);
  const mode = isThere === undefined ? 0o600 : isThere.mode & (secret ? 0o700 : 0o777);
  const fresh = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(fresh, edit.text, { mode: 0o600 });
    chmodSync(fresh, mode);
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
