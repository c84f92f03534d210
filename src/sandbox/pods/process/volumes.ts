import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import type { ServiceAccountTokens } from "../../auth/tokens/service-account-tokens.ts";
import type { Registry } from "../../storage/registry.ts";
import { ContainerConfigError } from "../container-runner.ts";
import type { Container } from "../pod.ts";
import { fieldValue, type PodFacts, resourceValue } from "./downward.ts";
import { configMapData, secretData } from "./environment.ts";

/** One file of a volume. */
interface VolumeFile {
  readonly path: string;
  readonly content: Buffer | string;
  readonly mode: number;
}

interface Item {
  readonly key: string;
  readonly path: string;
  readonly mode?: number;
}

interface DownwardItem {
  readonly path: string;
  readonly mode?: number;
  readonly fieldRef?: { readonly fieldPath: string };
  readonly resourceFieldRef?: { readonly containerName?: string; readonly resource: string; readonly divisor?: string };
}

interface Source {
  readonly configMap?: { readonly name?: string; readonly items?: Item[]; readonly optional?: boolean };
  readonly secret?: {
    readonly name?: string;
    readonly secretName?: string;
    readonly items?: Item[];
    readonly optional?: boolean;
  };
  readonly downwardAPI?: { readonly items?: DownwardItem[] };
  readonly serviceAccountToken?: {
    readonly path: string;
    readonly expirationSeconds?: number;
    readonly audience?: string;
  };
}

/** A pod's volume, as far as it can be had. */
export interface Volume extends Source {
  readonly name: string;
  readonly emptyDir?: object;
  readonly hostPath?: { readonly path: string };
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly projected?: { readonly sources?: Source[]; readonly defaultMode?: number };
}

export interface VolumeSources {
  readonly registry: Registry;
  readonly tokens: ServiceAccountTokens;
  /** Where the claims' directories lie. */
  readonly claims: string;
}

/** A volume's directory on the host. */
export interface PlacedVolume {
  readonly path: string;
  readonly readOnly: boolean;
  /** How long its token is good, when it holds one: written anew before. Seconds. */
  readonly tokenSeconds: number | undefined;
}

const DEFAULT_MODE = 0o644;

/** Makes a volume's directory `path` hold what it should now. Throws ContainerConfigError for what is missing. */
export function placeVolume(volume: Volume, path: string, facts: PodFacts, sources: VolumeSources): PlacedVolume {
  const { namespace = "" } = facts.pod.metadata;
  if (volume.emptyDir !== undefined) return directory(path);
  if (volume.persistentVolumeClaim !== undefined) {
    return directory(claimDirectory(sources, namespace, volume.persistentVolumeClaim.claimName));
  }
  if (volume.hostPath !== undefined) return { path: volume.hostPath.path, readOnly: true, tokenSeconds: undefined };
  const parts = volume.projected?.sources ?? [volume];
  const files = parts.flatMap((part) => filesOf(part, volume, facts, sources));
  mkdirSync(path, { recursive: true });
  for (const file of files) writeWhole(path, file);
  const seconds = parts.flatMap(({ serviceAccountToken: token }) =>
    token === undefined ? [] : [token.expirationSeconds ?? 3600],
  );
  return { path, readOnly: true, tokenSeconds: seconds.length === 0 ? undefined : Math.min(...seconds) };
}

/** Of the volume that the claim is bound to: a claim made anew under the same name begins empty. */
function claimDirectory({ registry, claims }: VolumeSources, namespace: string, name: string): string {
  const { volumeName } = (registry.get("persistentvolumeclaims", namespace, name)?.spec ?? {}) as {
    volumeName?: string;
  };
  return volumeName === undefined ? join(claims, namespace, name) : join(claims, volumeName);
}

function directory(path: string): PlacedVolume {
  mkdirSync(path, { recursive: true });
  return { path, readOnly: false, tokenSeconds: undefined };
}

function filesOf(part: Source, volume: Volume, facts: PodFacts, sources: VolumeSources): VolumeFile[] {
  const { configMap, secret, downwardAPI, serviceAccountToken } = part;
  const { namespace = "" } = facts.pod.metadata;
  const { registry } = sources;
  const modes = (volume.projected ?? configMap ?? secret ?? downwardAPI ?? {}) as { defaultMode?: number };
  const mode = modes.defaultMode ?? DEFAULT_MODE;
  if (configMap !== undefined) {
    return chosen(configMapData(registry, namespace, configMap.name ?? "", configMap.optional), configMap, mode);
  }
  if (secret !== undefined) {
    const name = secret.secretName ?? secret.name ?? "";
    return chosen(secretData(registry, namespace, name, secret.optional), secret, mode);
  }
  if (downwardAPI !== undefined) {
    return (downwardAPI.items ?? []).map((item) => ({
      path: item.path,
      content: downwardValue(item, facts),
      mode: item.mode ?? mode,
    }));
  }
  if (serviceAccountToken !== undefined) {
    return [{ path: serviceAccountToken.path, content: token(serviceAccountToken, facts, sources), mode: 0o600 }];
  }
  throw new ContainerConfigError(
    `volume "${volume.name}" is of a kind that process pods do not have: they have configMap, secret, projected, downwardAPI, emptyDir, hostPath (read-only) and persistentVolumeClaim`,
  );
}

function chosen(
  data: ReadonlyMap<string, Buffer> | undefined,
  { items, optional = false }: { items?: readonly Item[]; optional?: boolean },
  mode: number,
): VolumeFile[] {
  if (items === undefined) return [...(data ?? [])].map(([key, content]) => ({ path: key, content, mode }));
  return items.flatMap((item) => {
    const content = data?.get(item.key);
    if (content !== undefined) return [{ path: item.path, content, mode: item.mode ?? mode }];
    if (optional) return [];
    throw new ContainerConfigError(`references non-existent config key: ${item.key}`);
  });
}

function downwardValue({ fieldRef, resourceFieldRef }: DownwardItem, facts: PodFacts): string {
  if (fieldRef !== undefined) return fieldValue(facts, fieldRef.fieldPath);
  if (resourceFieldRef === undefined) return "";
  const { containerName, resource, divisor } = resourceFieldRef;
  const container = facts.pod.spec.containers.find(({ name }) => name === containerName) as Container | undefined;
  return container === undefined ? "" : resourceValue(container, resource, divisor);
}

function token(
  { expirationSeconds = 3600, audience }: NonNullable<Source["serviceAccountToken"]>,
  { pod }: PodFacts,
  { registry, tokens }: VolumeSources,
): string {
  const name = String(pod.spec.serviceAccountName ?? "default");
  const account = registry.get("serviceaccounts", pod.metadata.namespace ?? "", name);
  if (account === undefined) throw new ContainerConfigError(`serviceaccount "${name}" not found`);
  const audiences = audience === undefined || audience === "" ? tokens.audiences : [audience];
  const node = registry.get("nodes", "", pod.spec.nodeName ?? "");
  return tokens.issue(account, { audiences, expirationSeconds, pod, node });
}

/** Readers see the old content or the new one. */
function writeWhole(root: string, { path, content, mode }: VolumeFile): void {
  const inside = normalize(join("/", path));
  const file = join(root, inside);
  const draft = `${file}.new`;
  mkdirSync(dirname(file), { recursive: true });
  rmSync(draft, { force: true });
  writeFileSync(draft, content);
  chmodSync(draft, mode);
  renameSync(draft, file);
}
