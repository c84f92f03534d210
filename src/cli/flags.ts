import { parseArgs } from "node:util";
import { CONNECTION_FLAGS, type ConnectionFlags } from "../config/connection-flags.ts";
import { nearest } from "../core/nearest.ts";
import { UsageError } from "../errors.ts";

/** One option of a command, named without its dashes. */
export interface Flag {
  readonly name: string;
  readonly short?: string;
  readonly type: "string" | "boolean";
  /** May stand alone or with `=VALUE`: `--trace`, `--trace=curl`. */
  readonly optionalValue?: boolean;
  readonly multiple?: boolean;
  /** What stands after it in help. */
  readonly placeholder?: string;
  readonly description: string;
}

/** Options of every command that talks to a cluster, besides the connection's. */
export const CLUSTER_FLAGS: readonly Flag[] = [
  { name: "sandbox", type: "boolean", description: "use an API server inside this process, which ends with it" },
  {
    name: "trace",
    type: "boolean",
    optionalValue: true,
    placeholder: "curl|headers|body",
    description: "print every request to stderr",
  },
];

/** `-o`, of every command that prints a result. */
export const OUTPUT_FLAG: Flag = {
  name: "output",
  short: "o",
  type: "string",
  placeholder: "FORMAT",
  description: "json, yaml, table, wide, name or jsonpath=TEMPLATE",
};

/** What stands on a command line besides its command. */
export interface ParsedFlags {
  readonly values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly positionals: readonly string[];
  /** What stands behind the first positional, untouched, where the command asked for that. */
  readonly rest: readonly string[];
}

/** How a command line is read. */
export interface FlagRules {
  readonly flags: readonly Flag[];
  /** Everything behind the first positional is left to the command: `run FILE …`. Default false. */
  readonly stopAtFirst?: boolean;
}

/** Reads flags that may stand anywhere. Throws UsageError for unknown ones, with the nearest that exists. */
export function parseFlags(argv: readonly string[], rules: FlagRules): ParsedFlags {
  const { flags } = rules;
  const options = Object.fromEntries(
    flags.map(({ name, short, type, multiple = false }) => [
      name,
      short === undefined ? { type, multiple } : { type, multiple, short },
    ]),
  );
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true, allowPositionals: true });
  const values: Record<string, string | boolean | readonly string[]> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") {
      positionals.push(token.value);
      if (rules.stopAtFirst) return { values, positionals, rest: argv.slice(token.index + 1) };
    } else if (token.kind === "option") {
      const flag = flags.find(({ name }) => name === token.name);
      if (flag === undefined) throw unknownFlag(token.rawName, flags);
      const value = valueFor(flag, token.rawName, token.value);
      if (flag.multiple) values[flag.name] = [...((values[flag.name] as string[]) ?? []), String(value)];
      else values[flag.name] = value;
    }
  }
  return { values, positionals, rest: [] };
}

function valueFor(flag: Flag, rawName: string, value: string | undefined): string | boolean {
  if (flag.type === "string") {
    if (value === undefined)
      throw new UsageError("USAGE", `Cannot read ${rawName}: it needs ${flag.placeholder ?? "a value"}`);
    return value;
  }
  if (value === undefined || flag.optionalValue) return value ?? true;
  if (value === "true" || value === "false") return value === "true";
  throw new UsageError("USAGE", `Cannot read ${rawName}=${value}: it is a switch, so it takes true or false`);
}

/** What is thrown for an option that does not exist: names the nearest that does. */
export function unknownFlag(rawName: string, flags: readonly Flag[]): UsageError {
  const near = nearest(
    rawName.replace(/^-+/, ""),
    flags.map(({ name }) => name),
  );
  return new UsageError("USAGE", `Unknown option ${rawName}`, {
    hint: near === undefined ? "See --help for the options." : `Did you mean --${near}?`,
  });
}

/** The connection's flags among the values. */
export function connectionFlags(values: ParsedFlags["values"]): ConnectionFlags {
  const given = CONNECTION_FLAGS.filter(({ name }) => values[name] !== undefined).map(({ field, name }) => [
    field,
    values[name],
  ]);
  return Object.fromEntries(given) as ConnectionFlags;
}

/** Splits what stands behind a script's name: flags that the script does not declare and a connection has are ours. */
export function splitScriptFlags(
  rest: readonly string[],
  ours: readonly Flag[],
  declared: readonly string[],
): { readonly own: readonly string[]; readonly script: readonly string[] } {
  const own: string[] = [];
  const script: string[] = [];
  for (let index = 0; index < rest.length; index += 1) {
    const word = rest[index] ?? "";
    if (word === "--") {
      script.push(...rest.slice(index + 1));
      break;
    }
    const flag = ours.find(
      ({ name, short }) =>
        !declared.includes(name) && (word === `--${name}` || word.startsWith(`--${name}=`) || word === `-${short}`),
    );
    if (flag === undefined) {
      script.push(word);
      continue;
    }
    own.push(word);
    const value = rest[index + 1];
    if (flag.type === "string" && !word.includes("=") && value !== undefined) {
      own.push(value);
      index += 1;
    }
  }
  return { own, script };
}
