import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { KubernetesObject, UnknownObject } from "../../core/object.ts";
import { parseYamlStream } from "../../core/yaml.ts";
import { UsageError } from "../../errors.ts";

/** A file or folder, YAML or JSON text, an object, or several of these. */
export type ManifestSource = string | KubernetesObject | readonly (string | KubernetesObject)[];

/** One object to apply and where it stands, for messages. */
export interface Manifest {
  readonly object: UnknownObject;
  /** `FILE, document 2`, `the text, document 1` or `object 3`. */
  readonly origin: string;
}

/** Reads every document of the sources, in order, lists unfolded. Throws UsageError that names file and document. */
export async function readManifests(source: ManifestSource): Promise<Manifest[]> {
  const sources = Array.isArray(source) ? (source as readonly (string | KubernetesObject)[]) : [source];
  const manifests: Manifest[] = [];
  for (const [index, one] of sources.entries()) {
    if (typeof one !== "string") manifests.push(...unfold(one as UnknownObject, `object ${index + 1}`));
    else if (isText(one)) manifests.push(...parseText(one, undefined));
    else for (const file of await filesOf(one)) manifests.push(...parseText(await readFile(file, "utf8"), file));
  }
  if (manifests.length === 0)
    throw new UsageError("INVALID_INPUT", "Cannot apply: there is no object in what was given");
  return manifests;
}

/** YAML has a colon and a space or a line break after a key, JSON a brace; a path has neither. */
function isText(source: string): boolean {
  return source.includes("\n") || /^\s*[{[]/.test(source) || /^\s*\w+:\s/.test(source);
}

async function filesOf(name: string): Promise<string[]> {
  let isDirectory: boolean;
  try {
    isDirectory = (await stat(name)).isDirectory();
  } catch (cause) {
    throw new UsageError("INVALID_INPUT", `Cannot read ${name}: there is no such file or folder`, { cause });
  }
  if (!isDirectory) return [name];
  const names = (await readdir(name)).filter((file) => /\.(ya?ml|json)$/.test(file)).sort();
  if (names.length === 0) {
    throw new UsageError("INVALID_INPUT", `Cannot read ${name}: the folder holds no .yaml, .yml or .json file`);
  }
  return names.map((file) => path.join(name, file));
}

function parseText(text: string, file: string | undefined): Manifest[] {
  return parseYamlStream(text, { file }).flatMap(({ value, document }) =>
    value === null || value === undefined ? [] : unfold(value, `${file ?? "the text"}, document ${document}`),
  );
}

function unfold(value: unknown, origin: string): Manifest[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError("INVALID_INPUT", `Cannot apply ${origin}: it is no object`);
  }
  const object = value as UnknownObject & { items?: unknown };
  if (object.kind?.endsWith("List") && Array.isArray(object.items)) {
    return object.items.flatMap((item, index) => unfold(item, `${origin}, item ${index + 1}`));
  }
  for (const field of ["apiVersion", "kind"] as const) {
    if (typeof object[field] !== "string" || object[field] === "") {
      throw new UsageError("INVALID_INPUT", `Cannot apply ${origin}: the field ${field} is missing`);
    }
  }
  if (!object.metadata?.name) {
    throw new UsageError("INVALID_INPUT", `Cannot apply ${origin}: the field metadata.name is missing`);
  }
  return [{ object, origin }];
}

/** What others need to exist comes first; the rest keeps its order. */
const FIRST = [
  "Namespace",
  "CustomResourceDefinition",
  "PriorityClass",
  "StorageClass",
  "ServiceAccount",
  "Secret",
  "ConfigMap",
];

/** The manifests in an order in which they can be created. */
export function inOrder(manifests: readonly Manifest[]): Manifest[] {
  const rank = ({ object }: Manifest): number => {
    const index = FIRST.indexOf(object.kind ?? "");
    return index === -1 ? FIRST.length : index;
  };
  return manifests.toSorted((left, right) => rank(left) - rank(right));
}
