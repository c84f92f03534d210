import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject, UnknownObject } from "../../core/object.ts";
import { parseGroupVersion } from "../../core/path.ts";
import { parseYaml, parseYamlStream, type YamlDocument } from "../../core/yaml.ts";
import { UsageError } from "../../errors.ts";
import { placeOf, placeOfField } from "./field-line.ts";
import { type JsonPiece, jsonStream } from "./json-stream.ts";
import { type ReadTextOptions, type SourceText, sourceTexts } from "./source-texts.ts";

export type { ReadOptions } from "./source-texts.ts";

/**
 * A file, a folder or a pattern of files (`manifests/*.yaml`, with `**` for any folders), a URL (`https://…`), `-` for what
 * is piped in, YAML or JSON text, an object of the API or a list of them, or several of these.
 */
export type ManifestSource = string | KubernetesObject | readonly ManifestSource[];

/** What a verb takes of manifests. */
export interface Reading extends ReadTextOptions {
  /** Whether objects may leave their name to the server, by `generateName`. Default false. */
  readonly generatedNames?: boolean | undefined;
  /** Where objects belong that name no namespace: two names for one object are the same. */
  readonly namespace?: string | undefined;
}

/** One object and where it stands, for messages. */
export interface Manifest {
  readonly object: UnknownObject;
  /** `FILE, document 2`, `the text, document 1` or `object 3`. */
  readonly origin: string;
  /** The text that it stands in; undefined for what was given as an object. */
  readonly place: ManifestPlace | undefined;
}

export interface ManifestPlace {
  readonly text: string;
  /** From 1. */
  readonly document: number;
  /** Steps from the document to the object: `items`, 0 in a list. */
  readonly path: readonly (string | number)[];
}

/**
 * Reads every document of the sources, in order, lists unfolded. Throws UsageError that names file and document, also
 * for two documents that are the same object and differ.
 */
export async function readManifests(source: ManifestSource, options: Reading = {}): Promise<Manifest[]> {
  const { generatedNames = false, namespace = "" } = options;
  const manifests: Manifest[] = [];
  let objects = 0;
  for (const one of flattened(source)) {
    if (typeof one === "string") {
      for await (const text of sourceTexts(one, options)) manifests.push(...parsed(text));
    } else {
      objects += 1;
      manifests.push(...unfold(one, `object ${objects}`, undefined));
    }
  }
  if (manifests.length === 0)
    throw new UsageError("INVALID_INPUT", "Cannot read manifests: there is no object in what was given");
  if (!generatedNames) for (const manifest of manifests) requireName(manifest);
  return withoutRepeats(manifests, namespace);
}

/** For messages: the name, or how the one that the server gives will begin. */
export function nameOf({ metadata }: KubernetesObject): string {
  return metadata?.name ?? `${metadata?.generateName ?? ""}…`;
}

function flattened(source: ManifestSource): (string | UnknownObject)[] {
  if (Array.isArray(source)) return (source as readonly ManifestSource[]).flatMap(flattened);
  return [source as string | UnknownObject];
}

function parsed({ text, file }: SourceText): Manifest[] {
  return documentsIn(text, file).flatMap(({ value, document }) =>
    unfold(value, `${file ?? "the text"}, document ${document}`, { text, document, path: [] }),
  );
}

function documentsIn(text: string, file: string | undefined): YamlDocument[] {
  const pieces = jsonStream(text);
  try {
    if (pieces === undefined) return parseYamlStream(text, { file });
    return pieces.map((piece, index) => ({ value: parsePiece(piece, file), document: index + 1 }));
  } catch (error) {
    throw unfilledTemplate(text, file) ?? error;
  }
}

function parsePiece({ text, line }: JsonPiece, file: string | undefined): unknown {
  try {
    return parseYaml(text);
  } catch {
    // The same again for the sake of its message, with the lines before it.
    return parseYaml(`${"\n".repeat(line)}${text}`, { file });
  }
}

/** Why a text that cannot be parsed is none, where it looks like a template of Helm or its like. */
function unfilledTemplate(text: string, file: string | undefined): UsageError | undefined {
  const [found] = /\{\{.*?\}\}/.exec(text) ?? [];
  if (found === undefined) return undefined;
  const line = text.slice(0, text.indexOf(found)).split("\n").length;
  return new UsageError("SYNTAX", `Cannot read ${file ?? "the text"}, line ${line}: it is a template, with ${found}`, {
    hint: "Apply what comes of it: helm template NAME CHART | kubescript eval 'k8s.apply(\"-\")'.",
  });
}

function unfold(value: unknown, origin: string, place: ManifestPlace | undefined): Manifest[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError("INVALID_INPUT", `Cannot read ${origin}: it is no object of the API`);
  }
  if (value instanceof Promise) {
    throw new UsageError("INVALID_INPUT", `Cannot read ${origin}: it is a promise`, { hint: "Await it first." });
  }
  const object = value as UnknownObject & { items?: unknown };
  if (object.kind?.endsWith?.("List") && Array.isArray(object.items)) {
    return object.items.flatMap((item: unknown, index) =>
      unfold(
        typedAsIn(object, item),
        `${origin}, item ${index + 1}`,
        place === undefined ? undefined : { ...place, path: [...place.path, "items", index] },
      ),
    );
  }
  const manifest = { object: withoutEmptyNamespace(object), origin, place };
  requireText(manifest, object.apiVersion, "apiVersion");
  requireText(manifest, object.kind, "kind");
  if (object.metadata?.generateName === undefined) requireName(manifest);
  const { namespace } = manifest.object.metadata ?? {};
  if (namespace !== undefined) requireText(manifest, namespace, "metadata.namespace");
  return [manifest];
}

/** The items of a PodList do not say that they are pods. */
function typedAsIn({ apiVersion, kind = "" }: UnknownObject, item: unknown): unknown {
  if (kind === "List" || typeof item !== "object" || item === null || "kind" in item) return item;
  return { apiVersion, kind: kind.replace(/List$/, ""), ...item };
}

/** Templates leave `namespace:` behind where they were given none. */
function withoutEmptyNamespace(object: UnknownObject): UnknownObject {
  const { namespace, ...metadata } = (object.metadata ?? {}) as { namespace?: unknown };
  return namespace === null || namespace === "" ? { ...object, metadata } : object;
}

function requireName(manifest: Manifest): void {
  requireText(manifest, manifest.object.metadata?.name, "metadata.name");
}

function requireText(manifest: Manifest, value: unknown, field: string): void {
  if (typeof value === "string" && value !== "") return;
  const absent = value === undefined || value === null || value === "";
  const what = absent ? "is missing" : `is ${JSON.stringify(value)}, not a text`;
  const isGenerated = field === "metadata.name" && manifest.object.metadata?.generateName !== undefined;
  const quoted = typeof value === "number" || typeof value === "boolean" ? "Put it in quotes." : undefined;
  throw new UsageError("INVALID_INPUT", `Cannot read ${placeOfField(manifest, field)}: the field ${field} ${what}`, {
    hint: isGenerated && absent ? "What gets its name from generateName is made with k8s.create()." : quoted,
  });
}

/** The same object given twice counts once; given twice with differences, one would undo the other. */
function withoutRepeats(manifests: readonly Manifest[], namespace: string): Manifest[] {
  const known = new Map<string, { readonly manifest: Manifest; readonly placed: UnknownObject }>();
  return manifests.filter((manifest) => {
    const { apiVersion = "", kind, metadata } = manifest.object;
    if (metadata?.name === undefined) return true;
    const placed = { ...manifest.object, metadata: { ...metadata, namespace: metadata.namespace ?? namespace } };
    const key = JSON.stringify([parseGroupVersion(apiVersion).group, kind, placed.metadata.namespace, metadata.name]);
    const other = known.get(key);
    if (other === undefined) known.set(key, { manifest, placed });
    else if (!isDeepStrictEqual(other.placed, placed)) {
      throw new UsageError(
        "INVALID_INPUT",
        `Cannot use ${placeOf(manifest)}: it is the ${kind} "${metadata.name}" of ${placeOf(other.manifest)} again, and differs`,
        { hint: "Keep one of them." },
      );
    }
    return other === undefined;
  });
}
