import type { ParsedFlags } from "../flags.ts";
import type { Terminal } from "../terminal.ts";

/** A word that can stand at the cursor. */
export interface Suggestion {
  readonly value: string;
  /** Shown beside it by shells that can. */
  readonly description?: string | undefined;
}

/** What can stand at the cursor. */
export interface Offer {
  readonly suggestions: readonly Suggestion[];
  /** Whether files of this machine can, too. Default false. */
  readonly files?: boolean;
}

/** Where a command is asked what can stand there. */
export interface Asked {
  /** Its positionals before the cursor. */
  readonly positionals: readonly string[];
  /** The word at the cursor, up to it. What is offered need not begin with it. */
  readonly current: string;
  readonly values: ParsedFlags["values"];
  readonly terminal: Terminal;
}

export const NOTHING: Offer = { suggestions: [] };

/** Words without a description. */
export function suggest(values: Iterable<string>): Offer {
  return { suggestions: [...values].map((value) => ({ value })) };
}
