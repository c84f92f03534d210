import type { UnknownObject } from "../core/object.ts";
import {
  applyRequest,
  createRequest,
  getRequest,
  type ObjectTarget,
  patchRequest,
  replaceRequest,
} from "../core/requests.ts";
import { UsageError } from "../errors.ts";
import { callJson } from "../transport/call-json.ts";
import type { Transport } from "../transport/transport.ts";
import type { ApplyOptions, CallScope, PatchOptions, WriteOptions } from "./options.ts";

/** What a {@link Subresource} gets from the client it belongs to. */
export interface SubresourceContext {
  readonly transport: Transport;
  readonly fieldManager: string;
  readonly dryRun: boolean;
  /** Resolves the resource and the namespace for one named object. */
  target(name: string, options: CallScope, action: string): Promise<ObjectTarget>;
}

/** Reads and writes one sub-resource (`status`, `scale`, `eviction`, `token` …) of the objects of a resource. */
export class Subresource<T = UnknownObject> {
  readonly name: string;
  readonly #context: SubresourceContext;

  constructor(name: string, context: SubresourceContext) {
    this.name = name;
    this.#context = context;
  }

  async get(name: string, options: CallScope = {}): Promise<T> {
    return callJson<T>(this.#context.transport, getRequest(await this.#target(name, options, "get")), options);
  }

  /** PUT. The name is the object's own. */
  async replace(object: T & { metadata?: { name?: string } }, options: WriteOptions = {}): Promise<T> {
    const name = object.metadata?.name;
    if (name === undefined) {
      throw new UsageError("INVALID_INPUT", `Cannot replace ${this.name}: the object has no metadata.name`);
    }
    const target = await this.#target(name, options, "replace");
    return callJson<T>(this.#context.transport, replaceRequest(target, object, this.#write(options)), options);
  }

  async patch(name: string, patch: unknown, options: PatchOptions = {}): Promise<T> {
    const target = await this.#target(name, options, "patch");
    const request = patchRequest(target, patch, options.type ?? "merge", this.#write(options));
    return callJson<T>(this.#context.transport, request, options);
  }

  /** Server-side apply of a whole object, of which only this part is taken. */
  async apply(object: T & { metadata?: { name?: string } }, options: ApplyOptions = {}): Promise<T> {
    const name = object.metadata?.name;
    if (name === undefined)
      throw new UsageError("INVALID_INPUT", `Cannot apply ${this.name}: the object has no metadata.name`);
    const target = await this.#target(name, options, "apply");
    const request = applyRequest(target, object, { ...this.#write(options), force: options.force });
    return callJson<T>(this.#context.transport, request, options);
  }

  /** POST: `eviction`, `token`, `binding`. */
  async create<R = T>(name: string, object: unknown, options: WriteOptions = {}): Promise<R> {
    const target = await this.#target(name, options, "create");
    return callJson<R>(this.#context.transport, createRequest(target, object, this.#write(options)), options);
  }

  async #target(name: string, options: CallScope, action: string): Promise<ObjectTarget> {
    return { ...(await this.#context.target(name, options, `${action} ${this.name} of`)), subresource: this.name };
  }

  #write(options: WriteOptions): WriteOptions & { fieldManager: string } {
    const { fieldManager, dryRun } = this.#context;
    return { ...options, fieldManager: options.fieldManager ?? fieldManager, dryRun: options.dryRun ?? dryRun };
  }
}
