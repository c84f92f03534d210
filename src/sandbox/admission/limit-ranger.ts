import type { ApiObject, JsonObject } from "../model/object.ts";
import { type Amounts, amountsAt, podAmounts } from "../quota/amounts.ts";
import { ensureObject, objectAt, objectsAt, stringAt } from "../schema/fields.ts";
import { formatQuantity, type Quantity } from "../schema/quantity.ts";
import type { Registry } from "../storage/registry.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "./admission.ts";
import { concerns, forbid } from "./forbid.ts";

const ANNOTATION = "kubernetes.io/limit-ranger";

/**
 * Gives containers the requests and limits that a namespace's LimitRanges have for those who name none, and refuses
 * what is beyond their bounds:
 * https://github.com/kubernetes/kubernetes/blob/v1.36.0/plugin/pkg/admission/limitranger/admission.go
 */
export const limitRanger: AdmissionPlugin = {
  name: "LimitRanger",
  mutate(attributes, registry) {
    const { object: pod } = attributes;
    if (attributes.operation !== "CREATE" || !concerns(attributes, "pods") || pod === undefined) return;
    for (const range of rangesOf(attributes, registry)) setDefaults(pod, range);
  },
  validate(attributes, registry) {
    const { operation, object } = attributes;
    if (object === undefined) return;
    const isPod = concerns(attributes, "pods") && operation === "CREATE";
    const isClaim =
      concerns(attributes, "persistentvolumeclaims") && (operation === "CREATE" || operation === "UPDATE");
    if (!isPod && !isClaim) return;
    for (const range of rangesOf(attributes, registry)) {
      const faults = limitsOf(range).flatMap((limit) =>
        isPod ? podFaults(limit, object) : claimFaults(limit, object),
      );
      const [only = ""] = faults;
      if (faults.length > 0) throw forbid(attributes, faults.length === 1 ? only : `[${faults.join(", ")}]`);
    }
  },
};

function rangesOf({ namespace }: AdmissionAttributes, registry: Registry): ApiObject[] {
  return registry.list("limitranges", namespace);
}

function limitsOf(range: ApiObject): JsonObject[] {
  return objectsAt(objectAt(range, "spec"), "limits");
}

function setDefaults(pod: ApiObject, range: ApiObject): void {
  const requests: Record<string, unknown> = {};
  const limits: Record<string, unknown> = {};
  for (const limit of limitsOf(range).filter(({ type }) => type === "Container")) {
    Object.assign(requests, limit.defaultRequest);
    Object.assign(limits, limit.default);
  }
  const spec = objectAt(pod, "spec");
  const notes = [
    ...objectsAt(spec, "containers").flatMap((one) => complete(one, "container", requests, limits)),
    ...objectsAt(spec, "initContainers").flatMap((one) => complete(one, "init container", requests, limits)),
  ];
  if (notes.length === 0) return;
  pod.metadata.annotations = {
    ...pod.metadata.annotations,
    [ANNOTATION]: `LimitRanger plugin set: ${notes.join("; ")}`,
  };
}

/** Sets what a container does not; returns what was set, in words. */
function complete(
  container: JsonObject,
  label: string,
  requests: Readonly<Record<string, unknown>>,
  limits: Readonly<Record<string, unknown>>,
): string[] {
  const set = (field: "requests" | "limits", defaults: Readonly<Record<string, unknown>>): string[] => {
    const present = objectAt(objectAt(container, "resources"), field);
    const missing = Object.keys(defaults).filter((name) => present === undefined || !Object.hasOwn(present, name));
    if (missing.length === 0) return [];
    const target = ensureObject(ensureObject(container, "resources"), field);
    for (const name of missing) target[name] = defaults[name];
    return [`${missing.sort().join(", ")} ${field.slice(0, -1)} for ${label} ${stringAt(container, "name")}`];
  };
  return [...set("requests", requests), ...set("limits", limits)];
}

function podFaults(limit: JsonObject, pod: ApiObject): string[] {
  const spec = objectAt(pod, "spec");
  if (limit.type === "Pod") return faultsOf(limit, podAmounts(spec, "requests"), podAmounts(spec, "limits"));
  if (limit.type !== "Container") return [];
  return [...objectsAt(spec, "containers"), ...objectsAt(spec, "initContainers")].flatMap((container) => {
    const resources = objectAt(container, "resources");
    return faultsOf(limit, amountsAt(resources, "requests"), amountsAt(resources, "limits"));
  });
}

function claimFaults(limit: JsonObject, claim: ApiObject): string[] {
  if (limit.type !== "PersistentVolumeClaim") return [];
  const requests = amountsAt(objectAt(objectAt(claim, "spec"), "resources"), "requests");
  const bounds = (word: string, field: string): [what: string, bound: Quantity, request: Quantity | undefined][] =>
    [...amountsAt(limit, field)].map(([name, bound]) => [
      `${word} ${name} usage per PersistentVolumeClaim is`,
      bound,
      requests.get(name),
    ]);
  return [
    ...bounds("minimum", "min").map(([what, least, request]) => minimumFault(what, least, request, undefined)),
    // what a claim asks for is all that it can take
    ...bounds("maximum", "max").map(([what, most, request]) => maximumFault(what, most, request, most)),
  ].filter((fault) => fault !== undefined);
}

function faultsOf(limit: JsonObject, requests: Amounts, limits: Amounts): string[] {
  const type = stringAt(limit, "type");
  const bounds = (field: string): [string, Quantity][] => [...amountsAt(limit, field)];
  return [
    ...bounds("min").map(([name, least]) =>
      minimumFault(`minimum ${name} usage per ${type} is`, least, requests.get(name), limits.get(name)),
    ),
    ...bounds("max").map(([name, most]) =>
      maximumFault(`maximum ${name} usage per ${type} is`, most, requests.get(name), limits.get(name)),
    ),
    ...bounds("maxLimitRequestRatio").map(([name, most]) =>
      ratioFault(`${name} max limit to request ratio per ${type} is`, most, requests.get(name), limits.get(name)),
    ),
  ].filter((fault) => fault !== undefined);
}

type Fault = (
  what: string,
  bound: Quantity,
  request: Quantity | undefined,
  limit: Quantity | undefined,
) => string | undefined;

const minimumFault: Fault = (what, least, request, limit) => {
  const bound = `${what} ${formatQuantity(least)}`;
  if (request === undefined) return `${bound}.  No request is specified`;
  if (request.nano < least.nano) return `${bound}, but request is ${formatQuantity(request)}`;
  if (limit !== undefined && limit.nano < least.nano) return `${bound}, but limit is ${formatQuantity(limit)}`;
  return undefined;
};

const maximumFault: Fault = (what, most, request, limit) => {
  const bound = `${what} ${formatQuantity(most)}`;
  if (limit === undefined) return `${bound}.  No limit is specified`;
  if (limit.nano > most.nano) return `${bound}, but limit is ${formatQuantity(limit)}`;
  if (request !== undefined && request.nano > most.nano) return `${bound}, but request is ${formatQuantity(request)}`;
  return undefined;
};

const ratioFault: Fault = (what, most, request, limit) => {
  const bound = `${what} ${formatQuantity(most)}`;
  if (request === undefined || request.nano === 0n) return `${bound}, but no request is specified or request is 0`;
  if (limit === undefined || limit.nano === 0n) return `${bound}, but no limit is specified or limit is 0`;
  const ratio = Number(limit.nano) / Number(request.nano);
  return ratio * 1e9 > Number(most.nano) ? `${bound}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
};
