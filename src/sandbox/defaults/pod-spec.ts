/** Defaults of everything that holds a pod's spec: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/v1/defaults.go */
import type { JsonObject } from "../model/object.ts";
import { fallback, objectAt, objectsAt, stringAt } from "../schema/fields.ts";
import { imagePullPolicy } from "./images.ts";
import { defaultVolume } from "./volumes.ts";

/** Kinds with a `spec.template` share this. */
export function defaultPodTemplate(spec: JsonObject | undefined): void {
  const podSpec = objectAt(objectAt(spec, "template"), "spec");
  if (podSpec !== undefined) defaultPodSpec(podSpec);
}

/** What a pod and a pod template have in common. */
export function defaultPodSpec(spec: JsonObject): void {
  for (const container of containersOf(spec)) defaultContainer(container);
  for (const volume of objectsAt(spec, "volumes")) defaultVolume(volume);
  fallback(spec, "restartPolicy", "Always");
  fallback(spec, "terminationGracePeriodSeconds", 30);
  fallback(spec, "dnsPolicy", "ClusterFirst");
  fallback(spec, "securityContext", {});
  fallback(spec, "schedulerName", "default-scheduler");
  // the older name of the same field is always written beside it
  fallback(spec, "serviceAccountName", stringAt(spec, "serviceAccount"));
  if (spec.serviceAccountName === "") delete spec.serviceAccountName;
  else spec.serviceAccount = spec.serviceAccountName;
}

/** All containers of a pod's spec: regular, init and ephemeral. */
export function containersOf(spec: JsonObject): JsonObject[] {
  return [
    ...objectsAt(spec, "initContainers"),
    ...objectsAt(spec, "containers"),
    ...objectsAt(spec, "ephemeralContainers"),
  ];
}

function defaultContainer(container: JsonObject): void {
  for (const port of objectsAt(container, "ports")) fallback(port, "protocol", "TCP");
  for (const variable of objectsAt(container, "env")) {
    const from = objectAt(variable, "valueFrom");
    const fieldRef = objectAt(from, "fieldRef");
    if (fieldRef !== undefined) fallback(fieldRef, "apiVersion", "v1");
    const fileKeyRef = objectAt(from, "fileKeyRef");
    if (fileKeyRef !== undefined) fallback(fileKeyRef, "optional", false);
  }
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const probe = objectAt(container, name);
    if (probe !== undefined) defaultProbe(probe);
  }
  const lifecycle = objectAt(container, "lifecycle");
  defaultHandler(objectAt(lifecycle, "postStart"));
  defaultHandler(objectAt(lifecycle, "preStop"));
  fallback(container, "resources", {});
  fallback(container, "terminationMessagePath", "/dev/termination-log");
  fallback(container, "terminationMessagePolicy", "File");
  fallback(container, "imagePullPolicy", imagePullPolicy(stringAt(container, "image")));
}

function defaultProbe(probe: JsonObject): void {
  defaultHandler(probe);
  const grpc = objectAt(probe, "grpc");
  if (grpc !== undefined) grpc.service ??= "";
  for (const [field, value] of [
    ["timeoutSeconds", 1],
    ["periodSeconds", 10],
    ["successThreshold", 1],
    ["failureThreshold", 3],
  ] as const) {
    if (!probe[field]) probe[field] = value;
  }
}

function defaultHandler(handler: JsonObject | undefined): void {
  const httpGet = objectAt(handler, "httpGet");
  if (httpGet === undefined) return;
  fallback(httpGet, "path", "/");
  fallback(httpGet, "scheme", "HTTP");
}
