import { CONNECTION_FLAGS } from "../config/connection-flags.ts";
import type { Asked, Offer } from "./completion/suggestion.ts";
import { CLUSTER_FLAGS, type Flag, OUTPUT_FLAG, type ParsedFlags } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

/** One command: what it takes, and what it does. */
export interface Command {
  /** `run FILE|NAME|- [ARGS]` */
  readonly usage: string;
  /** What it does, for help: a sentence, then examples. */
  readonly description: string;
  readonly flags: readonly Flag[];
  /** Whether kubectl's connection flags, `--sandbox` and `--trace` hold. */
  readonly connects: boolean;
  /** Whether it prints a result, so that `-o` holds. */
  readonly prints: boolean;
  /** Everything behind the first positional is left as it is. Default false. */
  readonly stopAtFirst?: boolean;
  /** What may stand in the place of its next positional, for a shell's completion. Default nothing. */
  readonly offer?: (asked: Asked) => Promise<Offer> | Offer;
  /** Resolves to the exit code. */
  run(invocation: Invocation): Promise<number>;
}

/** One call of a command. */
export interface Invocation extends ParsedFlags {
  readonly terminal: Terminal;
}

/** Every flag that a command takes. */
export function allFlags(command: Command): Flag[] {
  return [
    ...command.flags,
    ...(command.prints ? [OUTPUT_FLAG] : []),
    ...(command.connects ? [...CLUSTER_FLAGS, ...CONNECTION_FLAGS] : []),
    { name: "help", short: "h", type: "boolean", description: "show this help" },
  ];
}
