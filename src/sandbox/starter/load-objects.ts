import { UsageError } from "../../errors.ts";
import type { Handler } from "../http/handler.ts";
import { groupVersion, type ResourceDefinition } from "../model/definition.ts";
import { isJsonObject, type JsonObject } from "../model/object.ts";
import type { Registry } from "../storage/registry.ts";

/** An object to begin with, and where it comes from, for messages: `FILE, document 2`. */
export interface SeedObject {
  readonly object: Readonly<Record<string, unknown>>;
  readonly origin: string;
}

/** What others stand on comes first; kinds that are not named come after these, in the order given. */
const FIRST: readonly string[] = [
  "Namespace",
  "CustomResourceDefinition",
  "PriorityClass",
  "StorageClass",
  "ResourceQuota",
  "LimitRange",
  "ServiceAccount",
  "ClusterRole",
  "Role",
  "ClusterRoleBinding",
  "RoleBinding",
  "ConfigMap",
  "Secret",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "Service",
];

/** Controllers need a moment to follow: a namespace's service account, a definition that is served. */
const SETTLE_MS = 2_000;

const ADMIN = { certificate: { commonName: "admin", organizations: ["system:masters"], sha256: "" } };
const MANAGER = "kubescript";

/**
 * Applies the objects as a client would, those first that others stand on. `pass` lets time go by. Throws a UsageError
 * that names the object's origin and says what the server did.
 */
export async function loadObjects(
  server: Pick<Handler, "handle"> & { readonly registry: Registry },
  objects: readonly SeedObject[],
  pass: (ms: number) => void | Promise<void>,
): Promise<void> {
  await pass(SETTLE_MS);
  const ranked = objects.map((seed) => ({ seed, rank: rankOf(seed) })).sort((a, b) => a.rank - b.rank);
  for (const [index, { seed, rank }] of ranked.entries()) {
    await apply(server, seed);
    if (rank < 2 && ranked[index + 1]?.rank !== rank) await pass(SETTLE_MS);
  }
}

function rankOf({ object }: SeedObject): number {
  const rank = FIRST.indexOf(String(object.kind));
  return rank < 0 ? FIRST.length : rank;
}

async function apply(
  server: Pick<Handler, "handle"> & { readonly registry: Registry },
  seed: SeedObject,
): Promise<void> {
  const { object, origin } = seed;
  const fail = (why: string): UsageError => new UsageError("INVALID_INPUT", `Cannot load ${origin}: ${why}`);
  const { apiVersion, kind } = object;
  const metadata: JsonObject = isJsonObject(object.metadata) ? object.metadata : {};
  if (typeof apiVersion !== "string" || typeof kind !== "string") throw fail("it names no apiVersion and kind");
  if (typeof metadata.name !== "string" || metadata.name === "") throw fail(`the ${kind} has no metadata.name`);
  const definition = server.registry
    .definitions()
    .find((one) => one.kind === kind && groupVersion(one) === apiVersion && one.verbs.includes("patch"));
  if (definition === undefined) throw fail(`the sandbox serves no ${kind} of ${apiVersion}`);
  const answer = await server.handle(
    new Request(`https://sandbox${pathOf(definition, metadata)}?fieldManager=${MANAGER}&force=true`, {
      method: "PATCH",
      headers: { "content-type": "application/apply-patch+yaml" },
      body: JSON.stringify(object),
    }),
    ADMIN,
  );
  if (answer.ok) return;
  const status = (await answer.json()) as { message?: string };
  throw fail(status.message ?? `the sandbox answered ${answer.status}`);
}

function pathOf(definition: ResourceDefinition, { name, namespace }: JsonObject): string {
  const root = definition.group === "" ? "/api" : "/apis";
  const scope = definition.namespaced ? ["namespaces", String(namespace ?? "default")] : [];
  const segments = [...groupVersion(definition).split("/"), ...scope, definition.resource, String(name)];
  return [root, ...segments.map(encodeURIComponent)].join("/");
}
