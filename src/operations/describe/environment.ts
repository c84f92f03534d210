/** Where the value of an environment variable comes from, and what it is when the pod itself tells. */
import { parseQuantity } from "../../core/quantity.ts";
import type { Quantity } from "../../types/common.ts";
import type { Container, EnvVar, Pod, ResourceFieldSelector } from "../../types/core-v1.ts";
import { sortedEntries } from "./format.ts";

/** What is shown of a variable, and a remark that has a column of its own. Secrets are named, never read. */
export function environmentValue(
  { value = "", valueFrom }: EnvVar,
  container: Container,
  pod: Pod | undefined,
): [value: string, note?: string] {
  if (valueFrom === undefined) return [value];
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef, fileKeyRef } = valueFrom;
  if (fieldRef !== undefined) {
    const { apiVersion = "v1", fieldPath } = fieldRef;
    return [`${pod === undefined ? "" : podField(pod, fieldPath)} (${apiVersion}:${fieldPath})`];
  }
  if (resourceFieldRef !== undefined) {
    return [`${resourceValue(resourceFieldRef, container)} (${resourceFieldRef.resource})`];
  }
  if (secretKeyRef !== undefined) {
    const { key, name = "", optional = false } = secretKeyRef;
    return [`<set to the key '${key}' in secret '${name}'>`, `Optional: ${optional}`];
  }
  if (configMapKeyRef !== undefined) {
    const { key, name = "", optional = false } = configMapKeyRef;
    return [`<set to the key '${key}' of config map '${name}'>`, `Optional: ${optional}`];
  }
  if (fileKeyRef === undefined) return [""];
  const { key, path, volumeName, optional = false } = fileKeyRef;
  return [`<set to the key '${key}' of file '${path}' in volume '${volumeName}'>`, `Optional: ${optional}`];
}

/** The downward API's fields: https://kubernetes.io/docs/concepts/workloads/pods/downward-api/ */
function podField({ metadata, spec, status }: Pod, path: string): string {
  const [, map, key = ""] = /^metadata\.(annotations|labels)\['(.*)'\]$/.exec(path) ?? [];
  if (map === "annotations" || map === "labels") return metadata?.[map]?.[key] ?? "";
  switch (path) {
    case "metadata.name":
      return metadata?.name ?? "";
    case "metadata.namespace":
      return metadata?.namespace ?? "";
    case "metadata.uid":
      return metadata?.uid ?? "";
    case "metadata.annotations":
    case "metadata.labels":
      return sortedEntries(path.endsWith("labels") ? metadata?.labels : metadata?.annotations)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join("\n");
    case "spec.nodeName":
      return spec?.nodeName ?? "";
    case "spec.serviceAccountName":
      return spec?.serviceAccountName ?? "";
    case "status.hostIP":
      return status?.hostIP ?? "";
    case "status.hostIPs":
      return (status?.hostIPs ?? []).map(({ ip }) => ip).join(",");
    case "status.podIP":
      return status?.podIP ?? "";
    case "status.podIPs":
      return (status?.podIPs ?? []).map(({ ip }) => ip).join(",");
    default:
      return "";
  }
}

/** How often the divisor goes into the container's request or limit, rounded up. */
function resourceValue({ resource, divisor }: ResourceFieldSelector, container: Container): string {
  const [, side, name = ""] = /^(limits|requests)\.(.+)$/.exec(resource) ?? [];
  if (side !== "limits" && side !== "requests") return "";
  const amount: Quantity = container.resources?.[side]?.[name] ?? 0;
  const unit = parseQuantity(divisor ?? 1);
  const value = Math.ceil(parseQuantity(amount) / (unit === 0 ? 1 : unit));
  // A container without a limit may use what its node has.
  return value === 0 && (resource === "limits.cpu" || resource === "limits.memory") ? "node allocatable" : `${value}`;
}
