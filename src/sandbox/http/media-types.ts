import { StatusError } from "../model/status-error.ts";

/** In which of its forms an object or list is asked for. */
export type Transform = "none" | "Table" | "PartialObjectMetadata" | "PartialObjectMetadataList";

/** What the `Accept` header came to. */
export interface Representation {
  readonly format: "json" | "yaml";
  readonly transform: Transform;
  /** Of the transform's kind, such as `v1` of `meta.k8s.io`. */
  readonly transformVersion: string;
}

/** One clause of an `Accept` header. */
export interface MediaRange {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const FORMATS: Readonly<Record<string, Representation["format"]>> = {
  "application/json": "json",
  "application/yaml": "yaml",
  "application/*": "json",
  "*/*": "json",
};

const SERVED = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
const META_VERSIONS = new Set(["v1", "v1beta1"]);

/** The clauses of an `Accept` header, best first. */
export function mediaRanges(accept: string | null): MediaRange[] {
  const text = accept === null || accept.trim() === "" ? "*/*" : accept;
  return text
    .split(",")
    .map((clause, index) => {
      const [type = "", ...pairs] = clause.split(";").map((part) => part.trim());
      const parameters = Object.fromEntries(
        pairs.map((pair) => {
          const equals = pair.indexOf("=");
          return equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
        }),
      );
      return { type: type.toLowerCase(), parameters, quality: Number(parameters.q ?? 1), index };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || a.index - b.index);
}

/** Chooses the first acceptable form. Throws the 406. */
export function negotiate(accept: string | null, transforms: readonly Transform[]): Representation {
  const ranges = mediaRanges(accept);
  if (!ranges.some(({ type }) => type in FORMATS)) {
    // what the router, which knows only the bare types, says
    const message = `406: Not Acceptable\n\nAvailable representations: ${SERVED}`;
    throw new StatusError(406, "NotAcceptable", message, {});
  }
  for (const { type, parameters } of ranges) {
    const format = FORMATS[type];
    if (format === undefined) continue;
    const { as, g: group, v: version = "" } = parameters;
    if (as === undefined) return { format, transform: "none", transformVersion: "" };
    const transform = transforms.find((one) => one === as);
    if (transform === undefined || group !== "meta.k8s.io" || !META_VERSIONS.has(version)) continue;
    return { format, transform, transformVersion: version };
  }
  throw notAcceptable();
}

/** The 406 for a form that no endpoint has. */
export function notAcceptable(): StatusError {
  return new StatusError(406, "NotAcceptable", `only the following media types are accepted: ${SERVED}`);
}
