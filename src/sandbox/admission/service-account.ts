import { type ApiObject, isJsonObject } from "../model/object.ts";
import type { AdmissionPlugin } from "./admission.ts";
import { concerns, forbid } from "./forbid.ts";
import { type Container, type PodSpec, podSpecOf, type Volume } from "./pod-spec.ts";

const MIRROR_ANNOTATION = "kubernetes.io/config.mirror";
const VOLUME_PREFIX = "kube-api-access-";
const MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
const TOKEN_EXPIRATION_SECONDS = 3607;
const SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";
const SUFFIX_LENGTH = 5;

/**
 * Gives every new pod a service account, the account's pull secrets, and the volume with its token:
 * https://github.com/kubernetes/kubernetes/blob/v1.36.0/plugin/pkg/admission/serviceaccount/admission.go
 * `random` (from 0 up to 1) makes the volume's name.
 */
export function serviceAccount(random: () => number): AdmissionPlugin {
  return {
    name: "ServiceAccount",
    mutate(attributes, registry) {
      const { object: pod, operation, namespace } = attributes;
      const spec = podSpecOf(pod);
      if (operation !== "CREATE" || !concerns(attributes, "pods") || pod === undefined || spec === undefined) return;
      if (pod.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) return;
      const name = spec.serviceAccountName || spec.serviceAccount || "default";
      const account = registry.get("serviceaccounts", namespace, name);
      if (account === undefined) {
        throw forbid(
          attributes,
          `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`,
        );
      }
      spec.serviceAccountName = name;
      spec.serviceAccount = name;
      if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(spec, random);
      const pullSecrets = pullSecretsOf(account);
      if ((spec.imagePullSecrets ?? []).length === 0 && pullSecrets.length > 0) {
        spec.imagePullSecrets = structuredClone(pullSecrets);
      }
    },
  };
}

function pullSecretsOf(account: ApiObject): { [field: string]: unknown }[] {
  return Array.isArray(account.imagePullSecrets) ? account.imagePullSecrets.filter(isJsonObject) : [];
}

function mountToken(spec: PodSpec, random: () => number): void {
  const existing = spec.volumes?.find((volume) => volume.name.startsWith(VOLUME_PREFIX));
  const name = existing?.name ?? VOLUME_PREFIX + randomSuffix(random);
  let needed = false;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    needed = mountInto(container, name) || needed;
  }
  if (needed && existing === undefined) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

/** False when the container has something else at the token's path. */
function mountInto(container: Container, volume: string): boolean {
  const mounts = container.volumeMounts ?? [];
  if (mounts.some((mount) => mount.mountPath === MOUNT_PATH)) return false;
  container.volumeMounts = [...mounts, { name: volume, readOnly: true, mountPath: MOUNT_PATH }];
  return true;
}

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_EXPIRATION_SECONDS, path: "token" } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        {
          downwardAPI: {
            items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
          },
        },
      ],
      defaultMode: 0o644,
    },
  };
}

function randomSuffix(random: () => number): string {
  const letter = (): string => SUFFIX_LETTERS.charAt(Math.floor(random() * SUFFIX_LETTERS.length));
  return Array.from({ length: SUFFIX_LENGTH }, letter).join("");
}
