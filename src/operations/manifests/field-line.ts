import { yamlLine } from "../../config/yaml-lines.ts";
import { isApiError, type Status } from "../../errors.ts";
import { jsonStream } from "./json-stream.ts";
import type { Manifest } from "./manifests.ts";

/** Where an object stands, with the line of the field that an error is about: `web.yaml, document 2, line 17`. */
export function placeOf(manifest: Manifest, error?: unknown): string {
  return placeOfField(manifest, isApiError(error) ? fieldsOf(error.status)[0] : undefined);
}

/** The same with the line of a field, or of the nearest one above it that is there. */
export function placeOfField(manifest: Manifest, field: string | undefined): string {
  const { origin, place, object } = manifest;
  if (place === undefined) return origin;
  const part = documentsOf(place.text)[place.document - 1];
  if (part === undefined) return origin;
  const path = field === undefined ? [] : fieldSteps(object, field);
  try {
    return `${origin}, line ${part.line + yamlLine(part.text, [...place.path, ...path])}`;
  } catch {
    // A text that is read as a whole may not be read in parts.
    return origin;
  }
}

/** The fields that a refusal is about, in the order in which it names them. */
export function fieldsOf({ message = "", details }: Status): string[] {
  const causes = (details?.causes ?? []).flatMap(({ field = "" }) => (/^$|^<nil>$|^patch$/.test(field) ? [] : [field]));
  const unknown = [...message.matchAll(/(?:unknown|duplicate) field "([^"]+)"/g)].map(([, field = ""]) => field);
  const typed = [...message.matchAll(/(?:^|[\s:])(\.[\w.[\]"=/-]+): /g)].map(([, field = ""]) => field);
  return [...causes, ...unknown, ...typed];
}

/** `spec.containers[0].image`, `.spec.ports[port=80,protocol="TCP"].name`, `metadata.labels[app]` as steps into the object. */
export function fieldSteps(object: unknown, field: string): (string | number)[] {
  const steps: (string | number)[] = [];
  let value = object;
  for (const [, name, inBrackets] of field.matchAll(/([^.[\]]+)|\[([^\]]*)\]/g)) {
    const step = inBrackets === undefined ? (name ?? "") : bracketStep(value, inBrackets);
    steps.push(step);
    value = typeof value === "object" && value !== null ? (value as Record<string | number, unknown>)[step] : undefined;
  }
  return steps;
}

function bracketStep(value: unknown, text: string): string | number {
  if (!Array.isArray(value)) return text;
  if (/^\d+$/.test(text)) return Number(text);
  const keys = [...text.matchAll(/([^=,]+)=("[^"]*"|[^,]*)/g)].map(([, key = "", one = ""]) => [key, unquoted(one)]);
  const index = value.findIndex((item: unknown) =>
    keys.every(([key, one]) => {
      const own = (item as Record<string, unknown> | null)?.[key ?? ""];
      // The server's defaults are keys too, and do not stand in the manifest.
      return own === undefined || String(own) === one;
    }),
  );
  return index < 0 ? text : index;
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1) : text;
}

/** The documents of a stream as they are counted, each with the number of lines before it. */
function documentsOf(text: string): readonly { readonly line: number; readonly text: string }[] {
  const pieces = jsonStream(text);
  if (pieces !== undefined) return pieces;
  const documents: { line: number; lines: string[] }[] = [];
  let open: { line: number; lines: string[] } | undefined;
  for (const [line, content] of text.split(/\r?\n/).entries()) {
    if (/^---(\s|$)/.test(content)) {
      open = { line, lines: [content.slice(3)] };
      documents.push(open);
    } else if (open !== undefined) open.lines.push(content);
    else if (content.trim() !== "" && !/^[#%]/.test(content.trimStart())) {
      open = { line, lines: [content] };
      documents.push(open);
    }
  }
  return documents.map(({ line, lines }) => ({ line, text: lines.join("\n") }));
}
