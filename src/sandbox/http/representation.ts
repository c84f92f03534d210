import { groupVersion, type ResourceDefinition } from "../model/definition.ts";
import type { ApiObject } from "../model/object.ts";
import { StatusError } from "../model/status-error.ts";
import type { PrinterFor } from "../tables/table.ts";
import type { Representation } from "./media-types.ts";
import type { ObjectTexts } from "./object-text.ts";

/** `metadata` of a list. */
export interface ListFacts {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** What turns objects into the form that was asked for. */
export interface Renderer {
  /** One object that is stored, or was (a deletion's last state). */
  object(definition: ResourceDefinition, stored: ApiObject, as: Representation, query: URLSearchParams): string;
  list(
    definition: ResourceDefinition,
    stored: readonly ApiObject[],
    facts: ListFacts,
    as: Representation,
    query: URLSearchParams,
  ): string;
  /** One object as an event carries it; only the first row of a watch as Table brings the columns. */
  eventObject(
    definition: ResourceDefinition,
    stored: ApiObject,
    as: Representation,
    query: URLSearchParams,
    first: boolean,
  ): string;
  /** The object of a bookmark: nothing but its kind and metadata. */
  bookmark(
    definition: ResourceDefinition,
    revision: number,
    annotations: Readonly<Record<string, string>> | undefined,
    as: Representation,
  ): string;
}

const META_GROUP = "meta.k8s.io";

export function renderer(texts: ObjectTexts, printerFor: PrinterFor, now: () => number): Renderer {
  function partial(definition: ResourceDefinition, stored: ApiObject, version: string): string {
    const { metadata } = texts.read(definition, stored);
    return JSON.stringify({ kind: "PartialObjectMetadata", apiVersion: `${META_GROUP}/${version}`, metadata });
  }

  function table(
    definition: ResourceDefinition,
    stored: readonly ApiObject[],
    metadata: object,
    as: Representation,
    query: URLSearchParams,
    withColumns: boolean,
  ): string {
    const printer = printerFor(definition);
    const include = includeObject(query);
    const time = now();
    const rows = stored.map((object) => {
      const cells = JSON.stringify(printer.cells(texts.read(definition, object), time));
      const shown =
        include === "None"
          ? "null"
          : include === "Object"
            ? texts.text(definition, object)
            : partial(definition, object, as.transformVersion);
      return `{"cells":${cells},"object":${shown}}`;
    });
    const columns = withColumns ? JSON.stringify(printer.columns) : "null";
    const head = JSON.stringify({ kind: "Table", apiVersion: `${META_GROUP}/${as.transformVersion}`, metadata });
    return `${head.slice(0, -1)},"columnDefinitions":${columns},"rows":[${rows.join(",")}]}`;
  }

  function eventObject(
    definition: ResourceDefinition,
    stored: ApiObject,
    as: Representation,
    query: URLSearchParams,
    first: boolean,
  ): string {
    if (as.transform === "Table") {
      const { resourceVersion } = stored.metadata;
      return table(definition, [stored], { resourceVersion }, as, query, first);
    }
    if (as.transform === "none") return texts.text(definition, stored);
    return partial(definition, stored, as.transformVersion);
  }

  return {
    object: (definition, stored, as, query) => eventObject(definition, stored, as, query, true),
    eventObject,

    list(definition, stored, facts, as, query) {
      if (as.transform === "Table") return table(definition, stored, facts, as, query, true);
      const partialList = as.transform !== "none";
      const items = partialList
        ? stored.map((object) => partial(definition, object, as.transformVersion))
        : stored.map((object) => texts.itemText(definition, object));
      const head = JSON.stringify({
        kind: partialList ? "PartialObjectMetadataList" : definition.listKind,
        apiVersion: partialList ? `${META_GROUP}/${as.transformVersion}` : groupVersion(definition),
        metadata: facts,
      });
      return `${head.slice(0, -1)},"items":[${items.join(",")}]}`;
    },

    bookmark(definition, revision, annotations, as) {
      const metadata = { resourceVersion: String(revision), ...(annotations === undefined ? {} : { annotations }) };
      if (as.transform === "Table") {
        const apiVersion = `${META_GROUP}/${as.transformVersion}`;
        return JSON.stringify({ kind: "Table", apiVersion, metadata, columnDefinitions: null, rows: [] });
      }
      const kind = as.transform === "none" ? definition.kind : "PartialObjectMetadata";
      const apiVersion = as.transform === "none" ? groupVersion(definition) : `${META_GROUP}/${as.transformVersion}`;
      return JSON.stringify({ kind, apiVersion, metadata });
    },
  };
}

/** How much of each object a Table's row carries: the query's `includeObject`, by default the metadata. */
function includeObject(query: URLSearchParams): "None" | "Metadata" | "Object" {
  const asked = query.get("includeObject") ?? "";
  if (asked === "") return "Metadata";
  if (asked === "None" || asked === "Metadata" || asked === "Object") return asked;
  throw new StatusError(400, "BadRequest", `unrecognized includeObject value: ${JSON.stringify(asked)}`);
}
