import { KubescriptError } from "../../errors.ts";
import { digestsIn, isMissingProgram, sizesIn } from "./container-digests.ts";
import { joinRemote, type LocalPath, type RemotePath, remoteText } from "./copy-path.ts";
import type { CopyReport } from "./copy-report.ts";
import type { CopySettings } from "./download.ts";
import { type PlannedEntry, planUpload } from "./local-plan.ts";
import { persevere } from "./persevere.ts";
import { Staging } from "./staging.ts";
import { archiveLength, archiveName, archiveOf, contentOf, digestOf } from "./upload-archive.ts";
import { uploadTarget } from "./upload-target.ts";

/** Copies a file or folder of this machine into a container. */
export async function upload(from: LocalPath, to: RemotePath, settings: CopySettings): Promise<CopyReport> {
  const { end, tally, meter, signal, overwrite, preserve, checksum, retries, nonce } = settings;
  const plan = await planUpload(from.path, tally, signal);
  const target = await persevere(settings, () => uploadTarget(end, to.path, plan, overwrite, signal));
  meter.totalBytes = plan.bytes;
  const planned = target.wrapped ? wrapped(plan.entries, plan.name ?? "file") : plan.entries;
  const entries = preserve ? planned : planned.map(plain);
  const staging = new Staging({
    ...{ end, folder: target.folder, name: target.name, nonce, signal, keep: retries !== 0 },
    flags: preserve ? [] : ["-o", "--no-same-permissions"],
  });
  const run = new UploadRun(entries, staging, settings);
  try {
    const verified = await run.all();
    for (const { type } of plan.entries) {
      if (type === "file") tally.files++;
      else if (type === "directory") tally.folders++;
      else tally.links++;
    }
    return tally.report(remoteText({ ...to, path: target.path }), checksum ? "sha256" : verified);
  } catch (error) {
    const left = (await staging.remove()) ? "" : `, but ${staging.path} may be left over there`;
    const placed = staging.placing ? "some of it may be in its place" : "nothing was changed";
    tally.state = `in the container ${placed}${left}`;
    throw error;
  }
}

/** The one file, in a folder that is made for it. */
function wrapped(entries: readonly PlannedEntry[], name: string): PlannedEntry[] {
  const [entry] = entries;
  if (entry === undefined) return [];
  const attributes = { ...entry.attributes, size: 0, mode: 0o755 };
  return [
    { ...entry, path: "", type: "directory", attributes },
    { ...entry, path: name },
  ];
}

/** Without the right to run as its owner or group: tar's umask leaves that. */
function plain(entry: PlannedEntry): PlannedEntry {
  return { ...entry, attributes: { ...entry.attributes, mode: entry.attributes.mode & 0o777 } };
}

/** An upload under way, over as many connections as it takes. */
class UploadRun {
  readonly #entries: readonly PlannedEntry[];
  readonly #files: readonly PlannedEntry[];
  readonly #staging: Staging;
  readonly #settings: CopySettings;
  #verified: "size" | "tar" = "size";

  constructor(entries: readonly PlannedEntry[], staging: Staging, settings: CopySettings) {
    this.#entries = entries;
    this.#files = entries.filter(({ type }) => type === "file");
    this.#staging = staging;
    this.#settings = settings;
  }

  async all(): Promise<"size" | "tar"> {
    await persevere(
      this.#settings,
      (again) => this.#once(again),
      // Whether it was put in its place is not known: trying again could do it twice.
      () => this.#staging.placing,
    );
    return this.#verified;
  }

  /** Sends what is not there yet. Folders and links are sent again: tar gives them their permissions at its end. */
  async #once(again: boolean): Promise<void> {
    const { tally, meter, signal } = this.#settings;
    if (again) await this.#staging.stopWriters();
    const there = again ? await this.#sizes() : [];
    let whole = there.findIndex((size, index) => size !== this.#files[index]?.attributes.size);
    if (whole === -1) whole = there.length;
    tally.bytes = this.#files.slice(0, whole).reduce((sum, { attributes }) => sum + attributes.size, 0);
    const partial = this.#files[whole];
    const size = there[whole];
    if (partial !== undefined && size !== undefined && size < partial.attributes.size) {
      tally.bytes += size;
      const { mode } = partial.attributes;
      const content = this.#counted(partial, contentOf(partial, size));
      await this.#staging.append(archiveName(partial.path), content, partial.attributes.size - size, mode);
      whole++;
    }
    const skipped = new Set(this.#files.slice(0, whole));
    const entries = this.#entries.filter((entry) => !skipped.has(entry));
    const archive = archiveOf(entries, signal, (path, bytes) => {
      tally.bytes += bytes;
      meter.show(path === "" ? (this.#entries[0]?.file ?? "") : path);
    });
    await this.#staging.receive(archive, archiveLength(entries), () => this.#check());
  }

  async *#counted(entry: PlannedEntry, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of content) {
      yield piece;
      this.#settings.tally.bytes += piece.length;
      this.#settings.meter.show(entry.path);
    }
  }

  #sizes(): Promise<number[]> {
    const { end, signal } = this.#settings;
    return sizesIn(
      end,
      this.#staging.path,
      this.#files.map(({ path }) => archiveName(path)),
      signal,
    );
  }

  /** Compares what is in the container with what was sent, before it is put in its place. */
  async #check(): Promise<void> {
    const { end, meter, signal, checksum } = this.#settings;
    const differs = (file: PlannedEntry | undefined, what: string): never => {
      throw new KubescriptError("CONFLICT", `${JSON.stringify(file?.file)} arrived with another ${what}`, {
        hint: "Copy it again, when no one writes to it.",
      });
    };
    try {
      const sizes = await this.#sizes();
      const wrong = this.#files.find(({ attributes }, index) => attributes.size !== sizes[index]);
      if (wrong !== undefined) differs(wrong, "size");
    } catch (error) {
      if (!isMissingProgram(error)) throw error;
      this.#verified = "tar";
    }
    if (!checksum) return;
    meter.say("comparing checksums");
    const names = this.#files.map(({ path }) => joinRemote(".", archiveName(path)));
    const theirs = await digestsIn(end, this.#staging.path, names, signal);
    for (const [index, file] of this.#files.entries()) {
      if ((await digestOf(file, signal)) !== theirs[index]) differs(file, "checksum");
    }
  }
}
