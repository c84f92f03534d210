import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject, UnknownObject } from "../../core/object.ts";
import { parseYamlStream } from "../../core/yaml.ts";
import { UsageError } from "../../errors.ts";
import { manifestFiles, unreadable } from "./files.ts";

/**
 * A file, a folder or a pattern of files (`manifests/*.yaml`, with `**` for any folders), YAML or JSON text, an object of
 * the API or a list of them, or several of these.
 */
export type ManifestSource = string | KubernetesObject | readonly ManifestSource[];

/** How sources are read. */
export interface ReadOptions {
  /** Also reads the folders below a folder, as kubectl's `-R`. Default false. */
  readonly recursive?: boolean | undefined;
}

/** What a verb takes of manifests. */
export interface Reading extends ReadOptions {
  /** Whether objects may leave their name to the server, by `generateName`. Default false. */
  readonly generatedNames?: boolean | undefined;
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
  const { recursive = false, generatedNames = false } = options;
  const manifests: Manifest[] = [];
  let objects = 0;
  for (const one of flattened(source)) {
    if (typeof one !== "string") {
      objects += 1;
      manifests.push(...unfold(one, `object ${objects}`, undefined));
    } else if (isText(one)) manifests.push(...parseText(one, undefined));
    else {
      for (const file of await manifestFiles(one, recursive)) {
        const text = await readFile(file, "utf8").catch((cause: unknown) => {
          throw unreadable(file, cause);
        });
        manifests.push(...parseText(text, file));
      }
    }
  }
  if (manifests.length === 0)
    throw new UsageError("INVALID_INPUT", "Cannot read manifests: there is no object in what was given");
  if (!generatedNames) for (const { object, origin } of manifests) requireName(object, origin);
  return withoutRepeats(manifests);
}

/** For messages: the name, or how the one that the server gives will begin. */
export function nameOf({ metadata }: KubernetesObject): string {
  return metadata?.name ?? `${metadata?.generateName ?? ""}…`;
}

function flattened(source: ManifestSource): (string | UnknownObject)[] {
  if (Array.isArray(source)) return (source as readonly ManifestSource[]).flatMap(flattened);
  return [source as string | UnknownObject];
}

/** YAML has a colon and a space or a line break after a key, JSON a brace; a path has neither. */
function isText(source: string): boolean {
  return source.includes("\n") || /^\s*[{[]/.test(source) || /^\s*\w+:\s/.test(source);
}

function parseText(text: string, file: string | undefined): Manifest[] {
  return parseYamlStream(text, { file }).flatMap(({ value, document }) =>
    value === null || value === undefined
      ? []
      : unfold(value, `${file ?? "the text"}, document ${document}`, { text, document, path: [] }),
  );
}

function unfold(value: unknown, origin: string, place: ManifestPlace | undefined): Manifest[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError("INVALID_INPUT", `Cannot read ${origin}: it is no object of the API`);
  }
  const object = value as UnknownObject & { items?: unknown };
  if (object.kind?.endsWith?.("List") && Array.isArray(object.items)) {
    return object.items.flatMap((item, index) =>
      unfold(
        item,
        `${origin}, item ${index + 1}`,
        place === undefined ? undefined : { ...place, path: [...place.path, "items", index] },
      ),
    );
  }
  requireText(object.apiVersion, "apiVersion", origin);
  requireText(object.kind, "kind", origin);
  if (object.metadata?.generateName === undefined) requireName(object, origin);
  if (object.metadata?.namespace !== undefined) requireText(object.metadata.namespace, "metadata.namespace", origin);
  return [{ object, origin, place }];
}

function requireName({ metadata }: UnknownObject, origin: string): void {
  requireText(metadata?.name, "metadata.name", origin);
}

function requireText(value: unknown, field: string, origin: string): void {
  if (typeof value === "string" && value !== "") return;
  const absent = value === undefined || value === null || value === "";
  const what = absent ? "is missing" : `is ${JSON.stringify(value)}, not a text`;
  throw new UsageError("INVALID_INPUT", `Cannot read ${origin}: the field ${field} ${what}`, {
    hint:
      field === "metadata.name" && absent
        ? "What gets its name from generateName is made with k8s.create()."
        : undefined,
  });
}

/** The same object given twice counts once; given twice with differences, one would undo the other. */
function withoutRepeats(manifests: readonly Manifest[]): Manifest[] {
  const known = new Map<string, Manifest>();
  for (const manifest of manifests) {
    const { apiVersion = "", kind, metadata } = manifest.object;
    if (metadata?.name === undefined) continue;
    const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
    const key = JSON.stringify([group, kind, metadata?.namespace ?? "", metadata?.name]);
    const other = known.get(key);
    if (other === undefined) known.set(key, manifest);
    else if (!isDeepStrictEqual(other.object, manifest.object)) {
      throw new UsageError(
        "INVALID_INPUT",
        `Cannot use ${manifest.origin}: it is the ${kind} "${metadata?.name ?? ""}" of ${other.origin} again, and differs`,
        { hint: "Keep one of them." },
      );
    }
  }
  const kept = new Set(known.values());
  return manifests.filter((one) => one.object.metadata?.name === undefined || kept.has(one));
}
