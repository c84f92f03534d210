import type { UnknownObject } from "../core/object.ts";
import { isApiError, UsageError } from "../errors.ts";
import { OBJECTS_ANNOTATION, parseObjectKey, SCHEDULE_LABEL, SCHEDULE_NAMESPACE_LABEL } from "./manifests.ts";
import { type Resources, resourceNameOf } from "./resources.ts";

/** Kinds that a schedule puts into its own namespace; also found by label when the CronJob is gone. */
const OWN_KINDS = [
  { apiVersion: "batch/v1", kind: "CronJob" },
  { apiVersion: "v1", kind: "ConfigMap" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role" },
  { apiVersion: "v1", kind: "ServiceAccount" },
] as const;

/** Kinds that it may have put elsewhere. */
const FOREIGN_KINDS = [
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole" },
] as const;

interface Found {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

/**
 * Removes everything that `schedule FILE --name NAME` made: the CronJob with its Jobs and pods, the bundle, the account,
 * and its rights, here and elsewhere. What is found by the CronJob's list and what is found by label are joined, so that a
 * removal that was interrupted can be made again.
 * @throws {UsageError} INVALID_INPUT when nothing of that name is there
 */
export async function removeSchedule(
  resources: Resources,
  namespace: string,
  name: string,
  options: { readonly signal?: AbortSignal | undefined; readonly dryRun?: boolean } = {},
): Promise<UnknownObject[]> {
  const objects = await scheduleObjects(resources, namespace, name, options.signal);
  if (objects.length === 0) {
    throw new UsageError(
      "INVALID_INPUT",
      `Cannot remove schedule "${name}": nothing of it is in namespace "${namespace}"`,
      {
        hint: "kubescript schedule list -A shows every schedule.",
      },
    );
  }
  const removed: UnknownObject[] = [];
  for (const found of objects) {
    const client = resources(resourceNameOf(found), found.namespace);
    try {
      await (options.dryRun ? client.dryRun() : client).delete(found.name, {
        propagationPolicy: "Background",
        signal: options.signal,
      });
    } catch (error) {
      if (isApiError(error) && error.httpStatus === 404) continue;
      throw error;
    }
    const { apiVersion, kind } = found;
    removed.push({
      apiVersion,
      kind,
      metadata: { name: found.name, ...(found.namespace === undefined ? {} : { namespace: found.namespace }) },
    });
  }
  return removed;
}

async function scheduleObjects(
  resources: Resources,
  namespace: string,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Found[]> {
  const labels = { [SCHEDULE_LABEL]: name, [SCHEDULE_NAMESPACE_LABEL]: namespace };
  const own: Found[] = [];
  let listed: Found[] = [];
  for (const kind of OWN_KINDS) {
    for (const object of await resources(resourceNameOf(kind), namespace).list({ labels, signal })) {
      own.push({ ...kind, namespace, name: object.metadata?.name ?? "" });
      const lines = object.metadata?.annotations?.[OBJECTS_ANNOTATION]?.split("\n") ?? [];
      if (kind.kind === "CronJob") listed = lines.map(parseObjectKey).filter((key) => key !== undefined);
    }
  }
  const elsewhere: Found[] = [];
  for (const kind of FOREIGN_KINDS) {
    // who may not list everywhere still removes what the CronJob's annotation names
    const found = await resources(resourceNameOf(kind), "*")
      .list({ labels, signal })
      .catch((error: unknown) => {
        if (isApiError(error) && error.httpStatus === 403) return [];
        throw error;
      });
    for (const object of found) {
      elsewhere.push({ ...kind, namespace: object.metadata?.namespace, name: object.metadata?.name ?? "" });
    }
  }
  const unique = new Map([...own, ...elsewhere, ...listed].map((one) => [keyOf(one), one]));
  // the CronJob first: left standing, it would start another Job meanwhile
  return [...unique.values()].sort((a, b) => Number(b.kind === "CronJob") - Number(a.kind === "CronJob"));
}

function keyOf({ apiVersion, kind, namespace, name }: Found): string {
  return [apiVersion, kind, namespace ?? "", name].join("|");
}
