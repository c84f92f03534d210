import { UsageError } from "../../errors.ts";
import { ContainerArchive, type Packed } from "./container-archive.ts";
import { digestsIn } from "./container-digests.ts";
import { type ContainerEnd, runProgram } from "./container-program.ts";
import type { CopyMeter } from "./copy-meter.ts";
import { asOperand, joinRemote, type LocalPath, type RemotePath, splitRemote } from "./copy-path.ts";
import { type CopyReport, type CopyTally, countText } from "./copy-report.ts";
import { LocalTree, localTarget } from "./local-tree.ts";
import type { TarEntry } from "./tar-header.ts";

/** What both directions are told. */
export interface CopySettings {
  readonly end: ContainerEnd;
  readonly tally: CopyTally;
  readonly meter: CopyMeter;
  readonly signal: AbortSignal;
  readonly overwrite: boolean;
  readonly preserve: boolean;
  readonly checksum: boolean;
  readonly retries: number;
  readonly nonce: string;
}

/** Copies a file or folder of a container to this machine. */
export async function download(from: RemotePath, to: LocalPath, settings: CopySettings): Promise<CopyReport> {
  const { meter, tally, signal, nonce, preserve } = settings;
  const { folder, name } = splitRemote(from.path);
  const { archive, packed, first } = await openArchive(from, { folder, name, follow: false }, settings);
  let tree: LocalTree | undefined;
  try {
    if (first.type !== "file" && first.type !== "directory") {
      throw new UsageError("INVALID_INPUT", `it is a ${first.type}: only files and folders can be copied`);
    }
    if (first.type === "file") meter.totalBytes = first.size;
    const root = await localTarget(to.path, name, first.type, settings.overwrite);
    tree = new LocalTree({
      ...{ root, top: packed.name, type: first.type, preserve, digest: settings.checksum, tally, signal, nonce },
      onBytes: (file) => meter.show(file),
    });
    for (let entry: TarEntry | undefined = first; entry !== undefined; entry = await archive.reader.next()) {
      await tree.add(entry, archive.reader.body());
    }
    await tree.finish();
    tally.warnings.push(...archive.warnings);
    if (settings.checksum) await compareDigests(packed, tree, settings);
    return tally.report(root, settings.checksum ? "sha256" : "size");
  } catch (error) {
    const { files, folders } = tally;
    const missing = tree?.unfinished === undefined ? "" : `, ${JSON.stringify(tree.unfinished)} was not`;
    if (files + folders > 0)
      tally.state = `${countText(files, "file")} ${files === 1 ? "was" : "were"} copied${missing}`;
    throw error;
  } finally {
    await archive.reader.close();
  }
}

interface OpenedArchive {
  readonly archive: ContainerArchive;
  readonly packed: Packed;
  readonly first: TarEntry;
}

/** The archive and its first entry, which is what was asked for; a link is followed to that. */
async function openArchive(from: RemotePath, packed: Packed, settings: CopySettings): Promise<OpenedArchive> {
  const { end, signal, retries, tally } = settings;
  const archive = new ContainerArchive(end, packed, { signal, retries, onRetry: () => tally.retries++ });
  const first = await archive.reader.next().catch((error: unknown) => {
    const said = error instanceof UsageError ? error.message : "";
    if (!/No such file or directory|can't change directory|not found in archive/.test(said)) throw error;
    throw new UsageError("INVALID_INPUT", `there is no ${from.path} in container "${end.container}"`, { cause: error });
  });
  if (first === undefined) throw new UsageError("INVALID_INPUT", "the container's tar found nothing to copy");
  if (first.type !== "symlink" || packed.name === undefined || packed.follow) return { archive, packed, first };
  await archive.reader.close();
  const { exitCode } = await runProgram(end, ["test", "-d", asOperand(from.path)], signal);
  const followed = exitCode === 0 ? { folder: from.path, name: undefined, follow: false } : { ...packed, follow: true };
  return openArchive(from, followed, settings);
}

/** Compares what was written with what is in the container now. */
async function compareDigests(packed: Packed, tree: LocalTree, settings: CopySettings): Promise<void> {
  const { end, signal, meter } = settings;
  meter.say("comparing checksums");
  const base = packed.name === undefined ? "." : `./${packed.name}`;
  const keys = [...tree.digests.keys()];
  const theirs = await digestsIn(
    end,
    packed.folder,
    keys.map((key) => (key === "" ? base : joinRemote(base, key))),
    signal,
  );
  const different = keys.filter((key, index) => tree.digests.get(key) !== theirs[index]);
  if (different.length === 0) return;
  const names = different.slice(0, 5).map((key) => JSON.stringify(key === "" ? (packed.name ?? "") : key));
  throw new UsageError("INVALID_INPUT", `the checksum of ${names.join(", ")} is another in the container`, {
    hint: "It may have been changed there since: copy it again, or copy what no one writes to.",
  });
}
