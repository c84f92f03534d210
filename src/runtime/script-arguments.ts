import { parseArgs } from "node:util";
import { parseDuration } from "../core/duration.ts";
import { editDistance } from "../core/names.ts";
import { parseQuantity } from "../core/quantity.ts";
import { isKubescriptError, UsageError } from "../errors.ts";
import type { ArgumentSpec, ArgumentSpecs } from "./recipe.ts";

/** What a plain script finds in `args`: `--name value` by name, and the words without one. */
export interface PlainArguments {
  readonly _: readonly string[];
  readonly [name: string]: string | boolean | readonly string[];
}

/** `--a 1 --b --c=2 word` → `{ a: "1", b: true, c: "2", _: ["word"] }`. A flag given twice holds both. */
export function parsePlainArguments(words: readonly string[]): PlainArguments {
  const values: Record<string, string | boolean | string[]> = {};
  const positionals: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (word === "--") {
      positionals.push(...words.slice(index + 1));
      break;
    }
    const match = /^--([^=]+)(?:=([\s\S]*))?$/.exec(word);
    if (match === null) {
      positionals.push(word);
      continue;
    }
    const name = camelCase(match[1] ?? "");
    let value: string | boolean = match[2] ?? true;
    const next = words[index + 1];
    if (value === true && next !== undefined && !next.startsWith("-")) {
      value = next;
      index += 1;
    }
    const before = values[name];
    if (before === undefined) values[name] = value;
    else values[name] = [...(Array.isArray(before) ? before : [String(before)]), String(value)];
  }
  return { ...values, _: positionals };
}

/** Reads words as a recipe declares them. Throws UsageError that names what is wrong and what there is. */
export function parseDeclaredArguments(words: readonly string[], specs: ArgumentSpecs): Record<string, unknown> {
  const names = Object.keys(specs);
  const options: Record<string, { type: "string" | "boolean" }> = {};
  for (const [name, spec] of Object.entries(specs)) {
    for (const spelling of spellings(name))
      options[spelling] = { type: spec.type === "boolean" ? "boolean" : "string" };
  }
  const { tokens } = parseArgs({ args: [...words], options, strict: false, tokens: true, allowPositionals: true });
  const given = new Map<string, string | true>();
  const places = names.filter((name) => specs[name]?.positional === true);
  for (const token of tokens) {
    if (token.kind === "positional") {
      const name = places.find((one) => !given.has(one));
      if (name === undefined) throw usage(`Cannot use the argument "${token.value}": it has no place`, specs);
      given.set(name, token.value);
    } else if (token.kind === "option") {
      const name = names.find((one) => spellings(one).includes(token.name));
      if (name === undefined) throw unknownArgument(token.rawName, specs);
      if (token.value === undefined && specs[name]?.type !== "boolean") {
        throw usage(`Cannot read ${token.rawName}: it needs a value`, specs);
      }
      given.set(name, token.value ?? true);
    }
  }
  return Object.fromEntries(names.map((name) => [name, valueOfArgument(name, given.get(name), specs)]));
}

/** The flags of a recipe, in both spellings. */
export function argumentFlags(specs: ArgumentSpecs): string[] {
  return Object.keys(specs).flatMap(spellings);
}

/** A line of help for every argument. */
export function argumentHelp(specs: ArgumentSpecs): string[] {
  const entries = describeArguments(specs).map(({ flag, value, text }) => ({ flag: `${flag}${value}`, text }));
  const width = Math.max(0, ...entries.map(({ flag }) => flag.length));
  return entries.map(({ flag, text }) => `  ${flag.padEnd(width)}  ${text}`.trimEnd());
}

/** Every argument as help shows it: its flag, ` TYPE` unless it is a switch, what it is for. */
export function describeArguments(
  specs: ArgumentSpecs,
): { readonly flag: string; readonly value: string; readonly text: string }[] {
  return Object.entries(specs).map(([name, spec]) => {
    const value = spec.type === "boolean" ? "" : ` ${spec.type.toUpperCase()}`;
    const fallback = spec.default === undefined || spec.default === false ? "" : ` (default ${spec.default})`;
    const need = isRequired(spec) ? " (required)" : fallback;
    return { flag: `--${kebabCase(name)}`, value, text: `${spec.description ?? ""}${need}`.trim() };
  });
}

function valueOfArgument(name: string, given: string | true | undefined, specs: ArgumentSpecs): unknown {
  const spec = specs[name];
  if (spec === undefined) return undefined;
  if (given !== undefined) return converted(name, given, spec);
  if (spec.default !== undefined)
    return typeof spec.default === "string" ? converted(name, spec.default, spec) : spec.default;
  if (spec.type === "boolean" && spec.optional !== true) return false;
  if (isRequired(spec)) throw usage(`The argument --${kebabCase(name)} is missing`, specs);
  return undefined;
}

function isRequired(spec: ArgumentSpec): boolean {
  return spec.optional !== true && spec.default === undefined && spec.type !== "boolean";
}

function converted(name: string, value: string | true, spec: ArgumentSpec): unknown {
  const flag = `--${kebabCase(name)}`;
  switch (spec.type) {
    case "string":
      return String(value);
    case "boolean":
      if (value === true || value === "true") return true;
      if (value === "false") return false;
      throw new UsageError("USAGE", `Cannot read ${flag}=${value}: it is true or false`);
    case "number": {
      const number = Number(value);
      if (value !== true && value.trim() !== "" && Number.isFinite(number)) return number;
      throw new UsageError("USAGE", `Cannot read ${flag} "${value}": it is no number`);
    }
    case "duration":
    case "quantity":
      try {
        return spec.type === "duration" ? parseDuration(String(value)) : parseQuantity(String(value));
      } catch (error) {
        if (!isKubescriptError(error)) throw error;
        throw new UsageError("USAGE", `Cannot read ${flag}: "${value}" is no ${spec.type}`, { hint: error.hint });
      }
  }
}

function unknownArgument(rawName: string, specs: ArgumentSpecs): UsageError {
  const word = rawName.replace(/^-+/, "");
  const near = Object.keys(specs)
    .map(kebabCase)
    .find((name) => name.startsWith(word) || editDistance(word, name) <= 2);
  if (near === undefined) return usage(`Unknown argument ${rawName}`, specs);
  return new UsageError("USAGE", `Unknown argument ${rawName}`, { hint: `Did you mean --${near}?` });
}

function usage(message: string, specs: ArgumentSpecs): UsageError {
  const lines = argumentHelp(specs);
  return new UsageError("USAGE", message, {
    hint: lines.length === 0 ? "It takes no arguments." : `It takes:\n${lines.join("\n")}`,
  });
}

function spellings(name: string): string[] {
  return [...new Set([kebabCase(name), name])];
}

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function camelCase(name: string): string {
  return name.replace(/-([a-z\d])/g, (_, letter: string) => letter.toUpperCase());
}
