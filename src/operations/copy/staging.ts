import { unlessAborted } from "../../core/abort.ts";
import { KubescriptError } from "../../errors.ts";
import type { RemoteProcess } from "../exec/remote-process.ts";
import {
  type ContainerEnd,
  isHopeless,
  programFailure,
  runProgram,
  startProgram,
  textOf,
} from "./container-program.ts";
import { joinRemote } from "./copy-path.ts";

/**
 * Unpacks what comes in a folder of its own, asks whether it is right, and only then puts it in its place: a file or a
 * new folder by one rename, the files of a folder that is there by one each. When its input ends before, it leaves
 * nothing behind (unless it is to be gone on with: $5). busybox's head takes byte after byte, eight times slower than its
 * dd, of which some know no fullblock.
 */
const RECEIVE = `cd "$1" || exit 1
stage=$2 length=$3 name=$4 keep=$5
shift 5
[ "$keep" = keep ] || trap 'rm -rf "$stage"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
[ -d "$stage" ] || mkdir -m 700 "$stage" || exit 1
take() {
  if dd if=/dev/null of=/dev/null iflag=fullblock 2>/dev/null; then
    dd bs=65536 iflag=fullblock count=$((length / 65536)) 2>/dev/null && head -c $((length % 65536))
  else
    head -c "$length"
  fi
}
take | tar "$@" -xmf - -C "$stage" || exit
echo staged
read -r answer && [ "$answer" = commit ] || exit 1
clashes() (
  for one in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    there=$2/\${one##*/}
    if [ -d "$one" ] && [ ! -L "$one" ]; then
      if [ -d "$there" ]; then (clashes "$one" "$there") || exit 1
      elif [ -e "$there" ] || [ -L "$there" ]; then echo "$there: is a file, and a folder comes" >&2; exit 1
      fi
    elif { [ -e "$one" ] || [ -L "$one" ]; } && [ -d "$there" ]; then
      echo "$there: is a folder, and a file comes" >&2
      exit 1
    fi
  done
)
place() (
  from=$1 to=$2
  set --
  for one in "$from"/* "$from"/.[!.]* "$from"/..?*; do
    [ -e "$one" ] || [ -L "$one" ] || continue
    if [ -d "$one" ] && [ ! -L "$one" ] && [ -d "$to/\${one##*/}" ]; then
      place "$one" "$to/\${one##*/}" || exit 1
      continue
    fi
    set -- "$@" "$one"
    if [ $# -ge 100 ]; then mv -f "$@" "$to/" || exit 1; set --; fi
  done
  [ $# -eq 0 ] || mv -f "$@" "$to/"
)
if [ -z "$name" ]; then
  clashes "$stage/data" . || exit 1
  echo placing
  place "$stage/data" . || exit 1
elif [ -d "./$name" ]; then
  echo "$name: is a folder by now" >&2
  exit 1
else
  echo placing
  mv -f "$stage/data" "./$name" || exit 1
fi
rm -rf "$stage"
echo placed`;

/** Adds what comes to a file that came in part. The writer has the folder in its command line, for STOP. */
const APPEND = `cd "$1" && head -c "$2" | tee -a "../\${1##*/}/$3" >/dev/null && chmod "$4" "$3"`;

/**
 * Ends what a broken connection left at work: a runtime still hands it what had arrived, which would be mixed with what
 * comes now. They all have the folder's name, $1, in their command lines.
 */
const STOP = `for try in 1 2 3 4 5 6 7 8 9 10; do
  left=
  for one in /proc/[0-9]*; do
    [ "$one" != "/proc/$$" ] || continue
    case $(2>/dev/null tr '\\0' ' ' <"$one/cmdline") in
    *"$1"*)
      left=yes
      kill -9 "\${one#/proc/}" 2>/dev/null
      ;;
    esac
  done
  [ -n "$left" ] || exit 0
  [ "$try" -lt 5 ] || sleep 1
done
echo "the processes of a broken connection do not end" >&2
exit 1`;

/** How long a container is waited for to tidy up after itself. */
const FAREWELL_MS = 3000;

export interface StagingOptions {
  readonly end: ContainerEnd;
  /** Where in the container; the folder that what comes is kept in is made there. */
  readonly folder: string;
  /** What the new file or folder is called there; undefined to add to that folder's content. */
  readonly name: string | undefined;
  /** Options of tar. */
  readonly flags: readonly string[];
  readonly nonce: string;
  /** What came stays when a connection breaks. */
  readonly keep: boolean;
  readonly signal: AbortSignal;
}

/** A folder in a container for what is not whole yet. */
export class Staging {
  readonly #options: StagingOptions;
  readonly #name: string;
  /** Whether the container may have begun to put things in their place. */
  placing = false;
  #gone = false;

  constructor(options: StagingOptions) {
    this.#options = options;
    this.#name = `.kubescript-cp-${options.nonce}`;
  }

  /** Its path in the container. */
  get path(): string {
    return joinRemote(this.#options.folder, this.#name);
  }

  /**
   * Sends an archive, has it checked, and puts what it holds in its place. Throws CONNECTION_LOST, UsageError for what the
   * container's tar says, and what the check throws.
   */
  async receive(archive: AsyncIterable<Uint8Array>, length: number, check: () => Promise<void>): Promise<void> {
    const { end, folder, name, flags, keep, signal } = this.#options;
    const positions = [folder, this.#name, String(length), name ?? "", keep ? "keep" : "drop"];
    // Not the caller's signal: an interruption is told to the container, so that it can tidy up.
    const process = await startProgram(end, ["sh", "-c", RECEIVE, "sh", ...positions, ...flags], undefined, true);
    // tar reads all that comes also when the disk is full: then its input is ended, by a protocol that can.
    const canEnd = process.protocol.startsWith("v5");
    let hopeless = false;
    const said = textOf(process.stderr, undefined, (text) => {
      hopeless ||= canEnd && isHopeless(text);
    }).catch(() => "");
    const lines = linesOf(process.stdout);
    try {
      await this.#send(process, archive, () => hopeless);
      if (hopeless) await this.#endInput(process);
      await this.#expect("staged", lines, process, said);
      await check();
      await unlessAborted(process.write("commit\n"), signal);
      this.placing = true;
      const word = await this.#word(lines);
      this.placing = word === "placing";
      if (word !== "placing") await this.#fail("the shell", process, said);
      await this.#expect("placed", lines, process, said);
      this.placing = false;
      this.#gone = true;
    } catch (error) {
      await this.#endInput(process);
      throw error;
    } finally {
      process.close();
    }
  }

  /** Ends what a connection that broke left at work, so that what is there stays as it is. */
  async stopWriters(): Promise<void> {
    const { end, signal } = this.#options;
    const { exitCode, stderr } = await runProgram(end, ["sh", "-c", STOP, "sh", this.#name], signal);
    if (exitCode !== 0) throw programFailure("the shell", exitCode, stderr);
  }

  /** Adds to a file that came in part. */
  async append(file: string, content: AsyncIterable<Uint8Array>, bytes: number, mode: number): Promise<void> {
    const { end, signal } = this.#options;
    const octal = (mode & 0o7777).toString(8);
    const process = await startProgram(
      end,
      ["sh", "-c", APPEND, "sh", this.path, String(bytes), file, octal],
      signal,
      true,
    );
    const said = textOf(process.stderr).catch(() => "");
    try {
      await this.#send(process, content);
      const { exitCode } = await process.exit;
      if (exitCode !== 0) throw programFailure("the shell", exitCode, await said);
    } finally {
      process.close();
    }
  }

  /** Leaves nothing of it in the container; false where that cannot be told. Never rejects. */
  async remove(): Promise<boolean> {
    if (this.#gone) return true;
    const deadline = AbortSignal.timeout(FAREWELL_MS);
    try {
      const { exitCode } = await runProgram(this.#options.end, ["rm", "-rf", this.path], deadline);
      this.#gone = exitCode === 0;
    } catch {
      // Told by the answer.
    }
    return this.#gone;
  }

  async #send(
    process: RemoteProcess,
    pieces: AsyncIterable<Uint8Array>,
    hopeless: () => boolean = () => false,
  ): Promise<void> {
    const { signal } = this.#options;
    let over = false;
    const end = (): void => {
      over = true;
    };
    process.exit.then(end, end);
    let sending: Promise<void> = Promise.resolve();
    // Why the container takes no more is told by its end.
    const sent = (): Promise<boolean> =>
      unlessAborted(
        sending.then(
          () => true,
          () => false,
        ),
        signal,
      );
    // One piece is under way while the next is read.
    for await (const piece of pieces) {
      if (over || hopeless() || !(await sent())) return;
      sending = process.write(piece);
      sending.catch(() => undefined);
    }
    await sent();
  }

  async #expect(
    word: string,
    lines: AsyncIterator<string, void, undefined>,
    process: RemoteProcess,
    said: Promise<string>,
  ): Promise<void> {
    if ((await this.#word(lines)) === word) return;
    await this.#fail(word === "staged" ? "unpacking" : "the shell", process, said);
  }

  async #word(lines: AsyncIterator<string, void, undefined>): Promise<string | undefined> {
    const { value } = await unlessAborted(lines.next(), this.#options.signal);
    return value ?? undefined;
  }

  async #fail(what: string, process: RemoteProcess, said: Promise<string>): Promise<never> {
    const { exitCode } = await unlessAborted(process.exit, this.#options.signal);
    const stderr = await said;
    if (exitCode === 0) throw new KubescriptError("MALFORMED_RESPONSE", `the container's shell said: ${stderr}`);
    throw programFailure(what, exitCode, stderr);
  }

  /** Lets the container read the end of its input and tidy up, if it does so in time. */
  async #endInput(process: RemoteProcess): Promise<void> {
    const { timing } = this.#options.end.pods;
    const late = new AbortController();
    const nothing = (): void => {};
    const over = process.exit.then(nothing, nothing);
    // A protocol that has no end of input rejects: what is left is then removed from outside.
    const told = process.endStdin().then(() => over, nothing);
    try {
      await Promise.race([over, told, timing.sleep(FAREWELL_MS, late.signal)]);
    } finally {
      late.abort();
    }
  }
}

/** What a program says, line by line. */
async function* linesOf(output: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let text = "";
  for await (const chunk of output) {
    text += Buffer.from(chunk).toString();
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    yield* lines;
  }
}
