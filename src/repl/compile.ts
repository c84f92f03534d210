import { createRequire } from "node:module";
import { type Program, parse } from "acorn";
import { UsageError } from "../errors.ts";
import { type Rewritten, rewrite } from "./rewrite.ts";

/** What the code does not say by itself. */
export interface CompileOptions {
  /** Named in messages and stack traces: `prompt`, `[eval]`, a file's name. */
  readonly name: string;
}

/** Code that cannot be parsed. `incomplete`: more lines may make it whole, so a prompt goes on asking. */
export class SourceError extends UsageError {
  override readonly name: string = "SyntaxError";
  readonly incomplete: boolean;
  readonly line: number;
  /** From 1. */
  readonly column: number;

  constructor(problem: Problem, source: string, name: string) {
    super("SYNTAX", `${name}:${problem.line}:${problem.column}: ${problem.text}${excerpt(source, problem)}`);
    this.incomplete = problem.incomplete;
    this.line = problem.line;
    this.column = problem.column;
  }
}

interface Problem {
  readonly text: string;
  readonly line: number;
  readonly column: number;
  readonly incomplete: boolean;
}

/** The offending line with a caret below the place. */
function excerpt(source: string, problem: Problem): string {
  const line = source.split("\n")[problem.line - 1];
  if (line === undefined || line.trim() === "") return "";
  const indent = line.slice(0, problem.column - 1).replace(/[^\t]/g, " ");
  return `\n  ${line}\n  ${indent}^`;
}

/** Parses TypeScript or JavaScript as a module and rewrites its top level. Throws {@link SourceError}. */
export function compile(source: string, options: CompileOptions): Rewritten {
  const literal = /^\s*\{[\s\S]*[^;\s]\s*$/.test(source)
    ? attempt(() => parsed(`(${source.trimEnd()}\n)`, options))
    : undefined;
  const { code, program } = literal ?? parsed(source, options);
  const rewritten = rewrite(code, program);
  // Of code that was changed on the way the places are not those of the source.
  return code === source ? rewritten : { ...rewritten, lastExpression: undefined };
}

interface Parsed {
  readonly code: string;
  readonly program: Program;
}

/**
 * Most of what is typed is JavaScript already: acorn alone reads it, and esbuild need not be loaded. Text with `<` may
 * be a type argument that JavaScript would read as a comparison, so that always takes the way through esbuild.
 */
function parsed(source: string, options: CompileOptions): Parsed {
  if (!source.includes("<")) {
    const program = attempt(() => asModule(source));
    if (program !== undefined) return { code: source, program };
  }
  const code = withoutTypes(source, options);
  try {
    return { code, program: asModule(code) };
  } catch (error) {
    throw new SourceError(problemOfAcorn(error, code), code, options.name);
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** ECMAScript 2025 without its rarest parts is what the oldest supported Node runs; anything newer is left to esbuild to lower. */
function asModule(source: string): Program {
  return parse(source, { ecmaVersion: 2025, sourceType: "module" });
}

interface EsbuildMessage {
  readonly text: string;
  readonly location: { readonly line: number; readonly column: number } | null;
}

function withoutTypes(source: string, options: CompileOptions): string {
  const require = createRequire(import.meta.url);
  const { transformSync } = require("esbuild") as typeof import("esbuild");
  try {
    return transformSync(source, {
      loader: "ts",
      format: "esm",
      target: "node20",
      logLevel: "silent",
      // An import that is not used yet may be used by the next line.
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, target: "es2022" } },
    }).code;
  } catch (error) {
    const first = (error as { errors?: EsbuildMessage[] }).errors?.[0];
    if (first === undefined) throw error;
    throw new SourceError(problemOfEsbuild(first, source), source, options.name);
  }
}

const endOfText = /end of file|to terminate multi-line comment/;

/** esbuild has the same words for an open quote, which cannot go on, and an open template, which can. */
function openTemplate(message: string, source: string): boolean {
  return message === "Unterminated string literal" && (source.match(/(?<!\\)`/g) ?? []).length % 2 === 1;
}

function problemOfEsbuild(message: EsbuildMessage, source: string): Problem {
  const lines = source.split("\n");
  return {
    text: message.text,
    line: message.location?.line ?? lines.length,
    column: (message.location?.column ?? 0) + 1,
    incomplete: endOfText.test(message.text) || openTemplate(message.text, source),
  };
}

function problemOfAcorn(error: unknown, source: string): Problem {
  const { message = String(error), loc } = error as { message?: string; loc?: { line: number; column: number } };
  const line = loc?.line ?? source.split("\n").length;
  return { text: message.replace(/ \(\d+:\d+\)$/, ""), line, column: (loc?.column ?? 0) + 1, incomplete: false };
}
