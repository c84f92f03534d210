import { quantityValue } from "../../schema/quantity.ts";
import { ContainerConfigError } from "../container-runner.ts";
import type { Container, Pod } from "../pod.ts";

/** What is known of a pod at one start of a container, besides its object. */
export interface PodFacts {
  readonly pod: Pod;
  readonly podIP: string | undefined;
  readonly nodeAddress: string;
}

/** The value of a `fieldRef`: https://kubernetes.io/docs/concepts/workloads/pods/downward-api/ */
export function fieldValue({ pod, podIP = "", nodeAddress }: PodFacts, path: string): string {
  const { metadata, spec } = pod;
  const [, map, key] = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path) ?? [];
  if (map !== undefined && key !== undefined) return metadata[map as "labels" | "annotations"]?.[key] ?? "";
  switch (path) {
    case "metadata.name":
      return metadata.name ?? "";
    case "metadata.namespace":
      return metadata.namespace ?? "";
    case "metadata.uid":
      return metadata.uid ?? "";
    case "metadata.labels":
      return listed(metadata.labels);
    case "metadata.annotations":
      return listed(metadata.annotations);
    case "spec.nodeName":
      return spec.nodeName ?? "";
    case "spec.serviceAccountName":
      return String(spec.serviceAccountName ?? "");
    case "status.podIP":
    case "status.podIPs":
      return podIP;
    case "status.hostIP":
    case "status.hostIPs":
      return nodeAddress;
    default:
      throw new ContainerConfigError(`unsupported fieldPath: ${path}`);
  }
}

/** The value of a `resourceFieldRef`, in units of its divisor; what is not limited is 0. */
export function resourceValue(container: Container, resource: string, divisor = "1"): string {
  const [kind, name = ""] = resource.split(".");
  const amounts = kind === "requests" ? container.resources?.requests : container.resources?.limits;
  const unit = quantityValue(divisor) || 1;
  return String(Math.ceil(quantityValue(amounts?.[name]) / unit));
}

function listed(values: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(values ?? {})
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .sort()
    .join("\n");
}
