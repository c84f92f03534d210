import { unlessAborted } from "../core/abort.ts";
import { groupVersion } from "../core/path.ts";
import type { ApiResource } from "../core/resource.ts";
import { callJson } from "../transport/call-json.ts";
import type { CallOptions, Transport } from "../transport/transport.ts";

/** OpenAPI v3 as Kubernetes publishes it, as far as it is read. */
export interface OpenApiSchema {
  readonly $ref?: string;
  readonly allOf?: readonly OpenApiSchema[];
  readonly oneOf?: readonly OpenApiSchema[];
  readonly anyOf?: readonly OpenApiSchema[];
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly additionalProperties?: OpenApiSchema | boolean;
  readonly items?: OpenApiSchema;
  readonly "x-kubernetes-group-version-kind"?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
}

/** One group version's document. */
export interface OpenApiDocument {
  readonly components?: { readonly schemas?: Readonly<Record<string, OpenApiSchema>> };
}

interface OpenApiIndex {
  readonly paths: Readonly<Record<string, { readonly serverRelativeURL: string }>>;
}

/** A server's schemas: the index is fetched on first use, a group version's document when it is asked for. */
export class OpenApiDocuments {
  readonly #transport: Transport;
  /** By URL with hash, so that a changed document is another entry. */
  readonly #documents = new Map<string, Promise<OpenApiDocument>>();
  #index: Promise<OpenApiIndex> | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Forgets the index; documents whose hash is unchanged are kept. */
  invalidate(): void {
    this.#index = undefined;
  }

  /** The document of a resource's group version; undefined where the server publishes none, looked up once more. */
  async document(
    resource: Pick<ApiResource, "group" | "version">,
    options: CallOptions = {},
  ): Promise<OpenApiDocument | undefined> {
    const key = `${resource.group === "" ? "api" : "apis"}/${groupVersion(resource)}`;
    const isFresh = this.#index === undefined;
    let entry = (await this.#paths(options)).paths[key];
    if (entry === undefined && !isFresh) {
      this.invalidate();
      entry = (await this.#paths(options)).paths[key];
    }
    if (entry === undefined) return undefined;
    const { serverRelativeURL: url } = entry;
    const document = this.#documents.get(url) ?? this.#get<OpenApiDocument>(url);
    this.#documents.set(url, document);
    document.catch(() => this.#documents.delete(url));
    return unlessAborted(document, options.signal);
  }

  /** The schema of a resource's objects, with the document that its references stand in. */
  async schema(
    resource: Pick<ApiResource, "group" | "version" | "kind">,
    options: CallOptions = {},
  ): Promise<{ readonly schema: OpenApiSchema; readonly document: OpenApiDocument } | undefined> {
    const document = await this.document(resource, options);
    if (document === undefined) return undefined;
    const schema = Object.values(document.components?.schemas ?? {}).find((one) =>
      one["x-kubernetes-group-version-kind"]?.some(
        ({ group, version, kind }) =>
          group === resource.group && version === resource.version && kind === resource.kind,
      ),
    );
    return schema === undefined ? undefined : { schema, document };
  }

  async #paths(options: CallOptions): Promise<OpenApiIndex> {
    this.#index ??= this.#get<OpenApiIndex>("/openapi/v3");
    const index = this.#index;
    index.catch(() => {
      if (this.#index === index) this.#index = undefined;
    });
    return unlessAborted(index, options.signal);
  }

  async #get<T>(url: string): Promise<T> {
    const [path = "", search = ""] = url.split("?");
    const query = Object.fromEntries(new URLSearchParams(search));
    return callJson<T>(this.#transport, { method: "GET", path, query, headers: { accept: "application/json" } });
  }
}

/** Follows a reference by its name; undefined for a schema that is no reference. */
export function referenceOf(schema: OpenApiSchema): string | undefined {
  const only = schema.allOf?.length === 1 ? schema.allOf[0] : undefined;
  return (schema.$ref ?? only?.$ref)?.replace("#/components/schemas/", "");
}

/** The schema meant: its reference followed, what stands beside the reference kept. */
export function resolveSchema(schema: OpenApiSchema, document: OpenApiDocument): OpenApiSchema {
  const name = referenceOf(schema);
  const target = name === undefined ? undefined : document.components?.schemas?.[name];
  if (target === undefined) return schema;
  const { $ref: _, allOf: __, ...beside } = schema;
  return { ...resolveSchema(target, document), ...beside };
}
