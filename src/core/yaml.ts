import { DUMP_SCHEMA, dump, loadAll, YAMLException } from "js-yaml";
import { UsageError } from "../errors.ts";
import { DUMPED_TAGS, KUBERNETES_YAML } from "./yaml-schema.ts";

/** Where a text came from, for messages. */
export interface YamlSource {
  /** File name or URL, as the user knows it. Default: the message says "the YAML". */
  readonly file?: string | undefined;
}

/** One document of a `---` stream. */
export interface YamlDocument {
  readonly value: unknown;
  /** Position in the stream, counted from 1 with the empty documents. */
  readonly document: number;
}

/** How {@link formatYaml} writes. */
export interface YamlFormat {
  /** Sorts the keys of every mapping, as kubectl prints them. Default false: the object's own order. */
  readonly sortKeys?: boolean;
}

/**
 * Reads a YAML or JSON text with exactly one document; an empty text gives undefined. Scalars mean what they mean to
 * kubectl: YAML 1.1 booleans and octals, timestamps as text. Throws a UsageError `SYNTAX` that names file and line.
 */
export function parseYaml(text: string, source: YamlSource = {}): unknown {
  const [first, second] = parseYamlStream(text, source);
  if (second !== undefined) {
    throw new UsageError("SYNTAX", `Cannot read ${describe(source)} as one document: it holds several`, {
      hint: "Keep one document, or use a call that takes a stream of them.",
    });
  }
  return first?.value;
}

/** Reads a stream of documents separated by `---`; empty ones are left out. Throws as {@link parseYaml} does. */
export function parseYamlDocuments(text: string, source: YamlSource = {}): unknown[] {
  return parseYamlStream(text, source).map(({ value }) => value);
}

/** {@link parseYamlDocuments} with each document's position, so that a later failure can name it. */
export function parseYamlStream(text: string, source: YamlSource = {}): YamlDocument[] {
  let documents: unknown[];
  try {
    documents = loadAll(text, { schema: KUBERNETES_YAML });
  } catch (cause) {
    throw syntaxError(text, source, cause);
  }
  return documents
    .map((value, index) => ({ value, document: index + 1 }))
    .filter(({ value }) => value !== null && value !== undefined);
}

/**
 * Writes a value as YAML the way kubectl lays it out (two spaces, sequences not indented, long lines kept), quoting
 * every string that a YAML 1.1 or 1.2 reader would take for something else. Undefined properties are left out.
 */
export function formatYaml(value: unknown, format: YamlFormat = {}): string {
  return dump(value, {
    schema: DUMP_SCHEMA.withTags(DUMPED_TAGS),
    seqNoIndent: true,
    lineWidth: -1,
    noRefs: true,
    skipInvalid: true,
    quoteStyle: "double",
    sortKeys: format.sortKeys ?? false,
  });
}

/** Writes several values as one stream, separated by `---`. */
export function formatYamlDocuments(values: readonly unknown[], format: YamlFormat = {}): string {
  return values.map((value) => formatYaml(value, format)).join("---\n");
}

function syntaxError(text: string, source: YamlSource, cause: unknown): UsageError {
  const mark = cause instanceof YAMLException ? cause.mark : undefined;
  if (!(cause instanceof YAMLException) || !mark) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new UsageError("SYNTAX", `Cannot read ${describe(source)}: ${reason}`, { cause });
  }
  const place = `line ${mark.line + 1}, column ${mark.column + 1}`;
  const document = documentAt(text, mark.line);
  const where = document > 1 ? `${place} (document ${document})` : place;
  const line = text.split(/\r?\n/)[mark.line] ?? "";
  const caret = `${" ".repeat(Math.max(0, mark.column))}^`;
  return new UsageError("SYNTAX", `Cannot read ${describe(source)}, ${where}: ${cause.reason}\n  ${line}\n  ${caret}`, {
    cause,
  });
}

/** The number of the document that a line (from 0) belongs to: a `---` at a line's start always opens one. */
function documentAt(text: string, line: number): number {
  let document = 0;
  let open = false;
  for (const one of text.split(/\r?\n/).slice(0, line + 1)) {
    if (/^---(\s|$)/.test(one)) {
      document += 1;
      open = true;
    } else if (!open && one.trim() !== "" && !/^[#%]/.test(one.trimStart())) {
      document += 1;
      open = true;
    }
  }
  return Math.max(1, document);
}

function describe(source: YamlSource): string {
  return source.file === undefined ? "the YAML" : source.file;
}
