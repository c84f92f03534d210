/** https://kubernetes.io/docs/reference/kubectl/generated/kubectl_auth/kubectl_auth_reconcile/ */
import { isDeepStrictEqual } from "node:util";
import type { ObjectMeta, UnknownObject } from "../../core/object.ts";
import { AbortError, isApiError, isKubescriptError, UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { nextTry } from "../../resources/next-try.ts";
import type { WriteOptions } from "../../resources/options.ts";
import type { ClusterRole, RoleBinding, Subject } from "../../types/rbac-v1.ts";
import type { OperationContext } from "../context.ts";
import type { ManifestSource, ReadOptions } from "../manifests/manifests.ts";
import { readFor } from "../manifests/read-for.ts";
import { listed, lowerFirst, retold } from "../shared/retold.ts";
import { missingRules } from "./rule-cover.ts";

export interface ReconcileOptions extends Omit<WriteOptions, "namespace">, ReadOptions {
  /** Takes permissions away that the manifests do not give. Default false: what is there stays. */
  readonly removeExtraPermissions?: boolean | undefined;
  /** Takes subjects out of bindings that the manifests do not name. Default false. */
  readonly removeExtraSubjects?: boolean | undefined;
}

/** What became of one object. */
export interface ReconciledObject {
  readonly kind: string;
  /** Empty for what is the cluster's. */
  readonly namespace: string;
  readonly name: string;
  /**
   * `recreated`: a binding whose role was another, which cannot be changed. `protected`: annotated
   * `rbac.authorization.kubernetes.io/autoupdate: "false"`, so left as it is. `skipped`: not of RBAC.
   */
  readonly action: "created" | "changed" | "unchanged" | "recreated" | "protected" | "skipped";
}

const RESOURCES: Readonly<Record<string, string>> = {
  Role: "roles",
  ClusterRole: "clusterroles",
  RoleBinding: "rolebindings",
  ClusterRoleBinding: "clusterrolebindings",
};
const GROUP = "rbac.authorization.k8s.io";
const AUTO_UPDATE = "rbac.authorization.kubernetes.io/autoupdate";

/**
 * Sees to it that roles and bindings give at least what the manifests say: missing ones are made, rules and subjects added
 * to those that are there. An object that fails ends it; the error says what was done.
 */
export async function reconcile(
  operation: OperationContext,
  source: ManifestSource,
  options: ReconcileOptions = {},
): Promise<ReconciledObject[]> {
  const { recursive } = options;
  const manifests = await readFor(operation, source, { recursive, signal: options.signal });
  for (const { object, origin } of manifests) {
    const { apiVersion = "" } = object;
    if (!apiVersion.startsWith(`${GROUP}/`) || apiVersion === `${GROUP}/v1`) continue;
    throw new UsageError("INVALID_INPUT", `Cannot reconcile ${origin}: its apiVersion is ${apiVersion}`, {
      hint: `Write ${GROUP}/v1.`,
    });
  }
  const done: ReconciledObject[] = [];
  for (const { object } of manifests) {
    try {
      done.push(await reconcileOne(operation, object, options));
    } catch (error) {
      throw explained(error, object, done);
    }
  }
  return done;
}

/** Says which object it was, and what was done before it. */
function explained(error: unknown, { kind, metadata }: UnknownObject, done: readonly ReconciledObject[]): unknown {
  if (!isKubescriptError(error)) return error;
  const state = listed(done.map((one) => `${one.kind} "${one.name}" ${one.action}`));
  const what = error instanceof AbortError ? "the reconciliation was interrupted" : lowerFirst(error.message);
  const hint = [error.hint, ...(done.length === 0 ? [] : [`Done before it: ${state}.`])].filter(Boolean).join(" ");
  return retold(error, `Cannot reconcile ${kind} "${metadata?.name ?? ""}": ${what}`, hint === "" ? undefined : hint);
}

async function reconcileOne(
  operation: OperationContext,
  expected: UnknownObject,
  options: ReconcileOptions,
): Promise<ReconciledObject> {
  const { removeExtraPermissions = false, removeExtraSubjects = false, recursive: _, ...write } = options;
  const { kind = "", apiVersion = "", metadata } = expected;
  const name = metadata?.name ?? "";
  const plural = apiVersion.startsWith(`${GROUP}/`) ? RESOURCES[kind] : undefined;
  if (plural === undefined) return { kind, namespace: metadata?.namespace ?? "", name, action: "skipped" };
  const client = operation.resource(`${plural}.${GROUP}`) as unknown as ResourceClient<UnknownObject>;
  const { scope } = operation;
  const own = kind.startsWith("Cluster")
    ? ""
    : (metadata?.namespace ?? (scope.type === "namespace" ? scope.namespace : ""));
  const where = own === "" ? {} : { namespace: own };
  const change = (existing: UnknownObject): UnknownObject => {
    const merged: ClusterRole | RoleBinding = kind.endsWith("Binding")
      ? mergedBinding(existing as never, expected as never, removeExtraSubjects)
      : mergedRole(existing as never, expected as never, removeExtraPermissions);
    return merged as unknown as UnknownObject;
  };
  for (let tried = 1; ; tried += 1) {
    const existing = await client.find(name, { ...where, signal: write.signal });
    try {
      const action = await settle(operation, client, existing, expected, change, { ...write, ...where });
      return { kind, namespace: own, name, action };
    } catch (error) {
      await nextTry(error, tried, { timing: client.timing, creates: true, signal: write.signal });
    }
  }
}

async function settle(
  operation: OperationContext,
  client: ResourceClient<UnknownObject>,
  existing: UnknownObject | undefined,
  expected: UnknownObject,
  change: (existing: UnknownObject) => UnknownObject,
  write: WriteOptions,
): Promise<ReconciledObject["action"]> {
  if (existing === undefined) {
    await createWithNamespace(operation, client, expected, write);
    return "created";
  }
  if (existing.metadata?.annotations?.[AUTO_UPDATE] === "false") return "protected";
  const merged = change(existing);
  if (isDeepStrictEqual(merged, existing)) return "unchanged";
  if (merged !== expected) {
    await client.replace(merged, write);
    return "changed";
  }
  const { uid } = existing.metadata ?? {};
  const { dryRun, namespace, signal } = write;
  const preconditions = uid === undefined ? undefined : { uid };
  await client.delete(existing.metadata?.name ?? "", { preconditions, dryRun, namespace, signal });
  // A dry run has deleted nothing, so that its name is still taken.
  if (dryRun !== true && !client.storesNothing) await client.create(expected, write);
  return "recreated";
}

/** A role may come with the first of a namespace. */
async function createWithNamespace(
  operation: OperationContext,
  client: ResourceClient<UnknownObject>,
  object: UnknownObject,
  write: WriteOptions,
): Promise<void> {
  try {
    await client.create(object, write);
  } catch (error) {
    const { namespace, dryRun, signal } = write;
    const noNamespace = isApiError(error) && error.httpStatus === 404 && namespace !== undefined;
    if (!noNamespace) throw error;
    await operation.resource("namespaces").create({ metadata: { name: namespace } }, { dryRun, signal });
    if (dryRun !== true && !client.storesNothing) await client.create(object, write);
  }
}

/** The existing role with what the expected one gives; with all of that alone where extras go. */
function mergedRole(existing: ClusterRole, expected: ClusterRole, removeExtras: boolean): ClusterRole {
  const [present, wanted] = [existing.rules ?? [], expected.rules ?? []];
  const missing = missingRules(present, wanted);
  const extra = removeExtras ? missingRules(wanted, present) : [];
  const rules = removeExtras && missing.length + extra.length > 0 ? wanted : [...present, ...missing];
  const selectors = mergedList(
    existing.aggregationRule?.clusterRoleSelectors ?? [],
    expected.aggregationRule?.clusterRoleSelectors ?? [],
    removeExtras,
  );
  const { aggregationRule, ...others } = existing;
  return {
    ...others,
    metadata: mergedMetadata(existing.metadata, expected.metadata),
    // The server may say null.
    ...((existing.rules ?? undefined) === undefined && rules.length === 0 ? {} : { rules }),
    ...(selectors.length === 0 ? {} : { aggregationRule: { ...aggregationRule, clusterRoleSelectors: selectors } }),
  };
}

/** The existing binding with the expected one's subjects; the expected one, to make anew, where it is for another role. */
function mergedBinding(existing: RoleBinding, expected: RoleBinding, removeExtras: boolean): RoleBinding {
  const { kind, name } = expected.roleRef;
  if (existing.roleRef.kind !== kind || existing.roleRef.name !== name) return expected;
  const known = existing.subjects ?? [];
  const subjects = mergedList(known, (expected.subjects ?? []).map(completed), removeExtras);
  return {
    ...existing,
    metadata: mergedMetadata(existing.metadata, expected.metadata),
    ...(existing.subjects === undefined && subjects.length === 0 ? {} : { subjects }),
  };
}

/** As the server stores one: manifests may leave the group out. */
function completed(subject: Subject): Subject {
  return subject.kind === "ServiceAccount" ? subject : { ...subject, apiGroup: subject.apiGroup ?? GROUP };
}

/** Values of the existing object win. */
function mergedMetadata(existing: ObjectMeta = {}, expected: ObjectMeta = {}): ObjectMeta {
  const merged = { ...existing };
  for (const field of ["labels", "annotations"] as const) {
    const values = { ...expected[field], ...existing[field] };
    if (Object.keys(values).length > 0) merged[field] = values;
  }
  return merged;
}

function mergedList<E>(existing: readonly E[], expected: readonly E[], removeExtras: boolean): E[] {
  const missing = expected.filter((one) => !existing.some((other) => isDeepStrictEqual(other, one)));
  const kept = removeExtras
    ? existing.filter((one) => expected.some((other) => isDeepStrictEqual(other, one)))
    : existing;
  return [...kept, ...missing];
}
