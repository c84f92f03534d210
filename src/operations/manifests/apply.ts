import type { UnknownObject } from "../../core/object.ts";
import type { ApiResource } from "../../core/resource.ts";
import type { Discovery } from "../../discovery/discovery.ts";
import { isKubescriptError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { ApplyOptions } from "../../resources/options.ts";
import { inOrder, type Manifest, type ManifestSource, readManifests } from "./manifests.ts";

export type { ManifestSource } from "./manifests.ts";

/** How manifests are applied. */
export interface ApplyManifestsOptions extends Omit<ApplyOptions, "namespace"> {
  /** How long to wait for a definition that was just applied to be served. Default 10 000. */
  readonly definitionTimeoutMs?: number | undefined;
  /** What of fields that the server does not know. Default `Strict`, as kubectl: they are refused. */
  readonly fieldValidation?: "Ignore" | "Warn" | "Strict" | undefined;
}

/** What became of one object. */
export interface AppliedObject {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly action: "created" | "configured" | "unchanged";
  /** As the server has it now. Not enumerable, so that the report prints as a table. */
  readonly object: UnknownObject;
}

/** A misspelled field in a manifest is an error, not a surprise. */
export function strictly(options: ApplyManifestsOptions): ApplyManifestsOptions {
  return { ...options, fieldValidation: options.fieldValidation ?? "Strict" };
}

/** Makes the client of a resource, in the scope that objects without a namespace go to. */
export type ClientFor = (resource: ApiResource) => ResourceClient<UnknownObject>;

/**
 * Server-side apply of every object of the sources, in an order that works. All documents are read before the first
 * is written.
 */
export async function applyManifests(
  clientFor: ClientFor,
  discovery: Discovery,
  source: ManifestSource,
  options: ApplyManifestsOptions = {},
): Promise<AppliedObject[]> {
  const report: AppliedObject[] = [];
  let defined = false;
  for (const manifest of inOrder(await readManifests(source))) {
    const resource = await resourceOf(discovery, manifest, clientFor, defined, options);
    const { object } = manifest;
    const name = object.metadata?.name ?? "";
    const client = clientFor(resource);
    const place = { namespace: object.metadata?.namespace, signal: options.signal };
    const before = await client.find(name, place);
    const after = await client.apply(object, strictly(options));
    defined ||= object.kind === "CustomResourceDefinition";
    const entry = {
      kind: object.kind ?? "",
      namespace: after.metadata?.namespace,
      name,
      action: actionOf(before, after),
    } as const;
    report.push(Object.defineProperty(entry, "object", { value: after }) as AppliedObject);
  }
  return report;
}

function actionOf(before: UnknownObject | undefined, after: UnknownObject): AppliedObject["action"] {
  if (before === undefined) return "created";
  return before.metadata?.resourceVersion === after.metadata?.resourceVersion ? "unchanged" : "configured";
}

/** A kind whose definition was applied a moment ago is served a moment later. */
async function resourceOf(
  discovery: Discovery,
  { object, origin }: Manifest,
  clientFor: ClientFor,
  defined: boolean,
  options: ApplyManifestsOptions,
): Promise<ApiResource> {
  const { apiVersion = "", kind = "" } = object;
  const find = (): Promise<ApiResource> => discovery.resolveKind(apiVersion, kind, { signal: options.signal });
  try {
    return await find();
  } catch (error) {
    if (!defined || !isUnknown(error)) throw located(error, origin);
    const definitions = await discovery.resolve("customresourcedefinitions.apiextensions.k8s.io", options);
    const { timing } = clientFor(definitions);
    const until = timing.now() + (options.definitionTimeoutMs ?? 10_000);
    for (;;) {
      await timing.sleep(100, options.signal);
      try {
        return await find();
      } catch (again) {
        if (!isUnknown(again) || timing.now() >= until) throw located(again, origin);
      }
    }
  }
}

function isUnknown(error: unknown): boolean {
  return isKubescriptError(error) && error.code === "UNKNOWN_RESOURCE";
}

function located(error: unknown, origin: string): unknown {
  if (isKubescriptError(error) && isUnknown(error)) error.message = `${error.message} (${origin})`;
  return error;
}
