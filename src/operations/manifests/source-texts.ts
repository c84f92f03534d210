import { readFile } from "node:fs/promises";
import { throwIfAborted } from "../../core/abort.ts";
import type { CallScope } from "../../resources/options.ts";
import { hideProgress, type ShowProgress } from "../../resources/progress.ts";
import { shownAddress } from "../../transport/download.ts";
import { decodeText } from "./decode-text.ts";
import { manifestFiles, unreadable } from "./files.ts";
import { isGlob } from "./glob.ts";
import { standardInput } from "./stdin.ts";
import { isUrl, textAt } from "./url.ts";

/** A text that holds manifests. */
export interface SourceText {
  readonly text: string;
  /** Its file or URL, for messages; undefined for what was given as text. */
  readonly file: string | undefined;
}

/** How sources are read. */
export interface ReadOptions {
  /** Also reads the folders below a folder, as kubectl's `-R`. Default false. */
  readonly recursive?: boolean | undefined;
}

export interface ReadTextOptions extends ReadOptions, Pick<CallScope, "signal"> {
  /** Shows what is downloaded. Default nothing. */
  readonly showProgress?: ShowProgress | undefined;
}

/** The texts behind a source: itself, a URL's, standard input (`-`), or those of a file, a folder or a pattern. */
export async function* sourceTexts(source: string, options: ReadTextOptions): AsyncGenerator<SourceText> {
  const { recursive = false, signal } = options;
  if (isUrl(source)) yield { text: await downloaded(source, options), file: shownAddress(source) };
  else if (source === "-") yield { text: await standardInput(signal), file: "standard input" };
  else if (isText(source)) yield { text: source, file: undefined };
  else {
    for (const file of await manifestFiles(source, recursive)) {
      const bytes = await readFile(file, { signal }).catch((cause: unknown) => {
        throwIfAborted(signal);
        throw unreadable(file, cause);
      });
      yield { text: decodeText(bytes), file };
    }
  }
}

/** Whether a source names files, and neither a URL nor standard input nor a text. */
export function isPath(source: string): boolean {
  return !isUrl(source) && source !== "-" && !isText(source);
}

async function downloaded(url: string, { signal, showProgress = hideProgress }: ReadTextOptions): Promise<string> {
  const task = showProgress(`reading ${shownAddress(url)}`);
  try {
    return await textAt(url, { signal });
  } finally {
    task.end();
  }
}

/** YAML has a colon and a space or a line break after a key, JSON a brace and a colon; a path or a pattern has neither. */
function isText(source: string): boolean {
  if (source.trim() === "" || source.includes("\n") || /^\s*\w+:\s/.test(source)) return true;
  return /^\s*[{[]/.test(source) && (source.includes(":") || !isGlob(source));
}
