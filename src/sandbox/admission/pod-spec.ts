import type { ApiObject, JsonObject } from "../model/object.ts";
import { isJsonObject } from "../model/object.ts";

/** The fields of a pod's spec that admission reads and writes. */
export interface PodSpec extends JsonObject {
  containers?: Container[];
  initContainers?: Container[];
  volumes?: Volume[];
  tolerations?: Toleration[];
  imagePullSecrets?: JsonObject[];
  serviceAccountName?: string;
  serviceAccount?: string;
  automountServiceAccountToken?: boolean;
  priorityClassName?: string;
  priority?: number;
  preemptionPolicy?: string;
}

export interface Container extends JsonObject {
  volumeMounts?: VolumeMount[];
}

export interface VolumeMount extends JsonObject {
  name: string;
  mountPath: string;
  readOnly?: boolean;
}

export interface Volume extends JsonObject {
  name: string;
}

export interface Toleration extends JsonObject {
  key?: string;
  operator?: string;
  effect?: string;
  tolerationSeconds?: number;
}

/** The pod's spec, to be changed in place; undefined for an object without one, which validation refuses. */
export function podSpecOf(pod: ApiObject | undefined): PodSpec | undefined {
  return isJsonObject(pod?.spec) ? (pod.spec as PodSpec) : undefined;
}
