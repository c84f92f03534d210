import type { Flag, ParsedFlags } from "../flags.ts";

/** What the word at the cursor can be. */
export type Spot =
  | { readonly type: "flag" }
  /** A flag's value; `written` stands before it in the same word: `--context=`. */
  | { readonly type: "value"; readonly flag: Flag; readonly written: string; readonly current: string }
  | { readonly type: "positional" };

/** What stands before the cursor, read as far as it goes. */
export interface Place {
  readonly spot: Spot;
  /** The word at the cursor, up to it. */
  readonly current: string;
  readonly values: ParsedFlags["values"];
  /** Words that are no flags and no flags' values, and flags that the command does not know: a script's. */
  readonly positionals: readonly string[];
}

/** Reads the words behind a command; unlike parseFlags it throws for nothing, since the line is not finished. */
export function placeIn(words: readonly string[], flags: readonly Flag[]): Place {
  const current = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const values: Record<string, string | boolean | readonly string[]> = {};
  const positionals: string[] = [];
  for (let at = 0; at < before.length; at += 1) {
    const word = before[at] ?? "";
    if (word === "--") {
      positionals.push(...before.slice(at));
      return { spot: { type: "positional" }, current, values, positionals };
    }
    const { flag, value } = readFlag(word, flags);
    if (flag === undefined) {
      positionals.push(word);
    } else if (flag.type === "boolean") {
      values[flag.name] = value ?? true;
    } else if (value === undefined && at + 1 === before.length) {
      return { spot: { type: "value", flag, written: "", current }, current, values, positionals };
    } else {
      if (value === undefined) at += 1;
      const given = value ?? before[at] ?? "";
      values[flag.name] = flag.multiple ? [...((values[flag.name] as readonly string[]) ?? []), given] : given;
    }
  }
  return { spot: spotOf(current, flags), current, values, positionals };
}

function spotOf(current: string, flags: readonly Flag[]): Spot {
  if (!current.startsWith("-")) return { type: "positional" };
  const { flag, value } = readFlag(current, flags);
  if (flag === undefined || value === undefined) return { type: "flag" };
  return { type: "value", flag, written: current.slice(0, current.length - value.length), current: value };
}

function readFlag(word: string, flags: readonly Flag[]): { flag?: Flag | undefined; value?: string | undefined } {
  const match = /^--([^=]+)(?:=([\s\S]*))?$/.exec(word) ?? /^-([^-])([\s\S]+)?$/.exec(word);
  if (match === null) return {};
  const long = word.startsWith("--");
  return { flag: flags.find(({ name, short }) => (long ? name : short) === match[1]), value: match[2] };
}
