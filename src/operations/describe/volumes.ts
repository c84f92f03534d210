/** The volumes of pods and pod templates. */
import type {
  DownwardAPIVolumeSource,
  EphemeralVolumeSource,
  ProjectedVolumeSource,
  Volume,
} from "../../types/core-v1.ts";
import { stepOf } from "./containers.ts";
import { field, type Layout, NONE, optional, row, section, stepped } from "./layout.ts";
import { claim } from "./volume-claims.ts";
import { volumeSource } from "./volume-sources.ts";

/** The volumes of a live pod, or of a template. */
export function volumes(list: readonly Volume[] = [], live: boolean): Layout {
  if (list.length === 0) return field("Volumes", NONE);
  const step = stepOf(live);
  return stepped(step, "Volumes", ...list.map((volume) => stepped(step, volume.name, source(volume))));
}

function source(volume: Volume): Layout {
  const { projected, downwardAPI, ephemeral } = volume;
  if (projected !== undefined) return projection(projected);
  if (downwardAPI !== undefined) return podInformation(downwardAPI);
  return ephemeral === undefined ? volumeSource(volume) : ownClaim(ephemeral);
}

function projection({ sources = [] }: ProjectedVolumeSource): Layout {
  return [
    field("Type", "Projected (a volume that contains injected data from multiple sources)"),
    sources.map(({ secret, configMap, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate }) => [
      secret === undefined ? undefined : named("SecretName", secret),
      configMap === undefined ? undefined : named("ConfigMapName", configMap),
      downwardAPI === undefined ? undefined : field("DownwardAPI", true),
      optional("TokenExpirationSeconds", serviceAccountToken?.expirationSeconds),
      optional("ClusterTrustBundle", clusterTrustBundle?.name ?? clusterTrustBundle?.signerName),
      optional("PodCertificateSigner", podCertificate?.signerName),
    ]),
  ];
}

function named(label: string, { name = "", optional: may }: { name?: string; optional?: boolean }): Layout {
  return [field(label, name), field("Optional", may === true)];
}

function podInformation({ items = [] }: DownwardAPIVolumeSource): Layout {
  return [
    field("Type", "DownwardAPI (a volume populated by information about the pod)"),
    section(
      "Items",
      ...items.map(({ fieldRef, resourceFieldRef, path }) =>
        row(`${fieldRef?.fieldPath ?? resourceFieldRef?.resource ?? ""} -> ${path}`),
      ),
    ),
  ];
}

function ownClaim({ volumeClaimTemplate }: EphemeralVolumeSource): Layout {
  return [
    field("Type", "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)"),
    volumeClaimTemplate === undefined ? undefined : claim(volumeClaimTemplate),
  ];
}
