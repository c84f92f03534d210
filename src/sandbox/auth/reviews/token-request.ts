import { type Clock, formatTime } from "../../model/clock.ts";
import type { FieldError } from "../../model/field-error.ts";
import { type ApiObject, isJsonObject, type JsonObject } from "../../model/object.ts";
import { badRequest, conflict, invalid, notFound, type StatusError } from "../../model/status-error.ts";
import type { VirtualResource } from "../../model/virtual-resource.ts";
import type { Registry } from "../../storage/registry.ts";
import type { ServiceAccountTokens, TokenBinding } from "../tokens/service-account-tokens.ts";

const DEFAULT_EXPIRATION_SECONDS = 3600;
const MIN_EXPIRATION_SECONDS = 600;
const MAX_EXPIRATION_SECONDS = 2 ** 32;
/** What the injected volume of a pod asks for: such tokens last a year, and count as stale after this. */
const INJECTED_EXPIRATION_SECONDS = 3607;
const EXTENDED_EXPIRATION_SECONDS = 365 * 24 * 3600;

/**
 * `serviceaccounts/NAME/token`:
 * https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/registry/core/serviceaccount/storage/token.go
 */
export function tokenRequests(tokens: ServiceAccountTokens, clock: Clock): VirtualResource {
  return {
    group: "",
    resource: "serviceaccounts/token",
    create(request, { namespace, name, registry }) {
      const account = registry.get("serviceaccounts", namespace, name);
      if (account === undefined) throw notFound({ group: "", resource: "serviceaccounts" }, name);
      checkNames(request, name, namespace);
      const spec = isJsonObject(request.spec) ? request.spec : {};
      const expirationSeconds =
        typeof spec.expirationSeconds === "number" ? spec.expirationSeconds : DEFAULT_EXPIRATION_SECONDS;
      const errors = validateExpiration(expirationSeconds);
      if (errors.length > 0) throw invalid({ group: "authentication.k8s.io", kind: "TokenRequest" }, "", errors);

      const asked = Array.isArray(spec.audiences) ? spec.audiences.map(String) : [];
      const audiences = asked.length === 0 ? tokens.audiences : asked;
      const binding = boundObject(spec.boundObjectRef, registry, namespace, name);
      const forServer = audiences.every((audience) => tokens.audiences.includes(audience));
      const extended = expirationSeconds === INJECTED_EXPIRATION_SECONDS && binding.pod !== undefined && forServer;
      const token = tokens.issue(account, {
        ...binding,
        audiences,
        expirationSeconds: extended ? EXTENDED_EXPIRATION_SECONDS : expirationSeconds,
        warnAfterSeconds: extended ? expirationSeconds : undefined,
      });
      const now = clock.now();
      const { managedFields } = request.metadata;
      return {
        apiVersion: request.apiVersion,
        kind: request.kind,
        metadata: {
          name,
          namespace,
          ...(account.metadata.uid === undefined ? {} : { uid: account.metadata.uid }),
          creationTimestamp: formatTime(now),
          ...(managedFields === undefined ? {} : { managedFields }),
        },
        spec: { audiences, expirationSeconds, boundObjectRef: spec.boundObjectRef ?? null },
        status: { token, expirationTimestamp: formatTime(now + expirationSeconds * 1000) },
      };
    },
  };
}

function checkNames(request: ApiObject, name: string, namespace: string): void {
  const { metadata } = request;
  if (metadata.name !== undefined && metadata.name !== "" && metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
  if (metadata.namespace !== undefined && metadata.namespace !== "" && metadata.namespace !== namespace) {
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  }
}

function validateExpiration(seconds: number): FieldError[] {
  const tooShort = "may not specify a duration less than 10 minutes";
  const tooLong = "may not specify a duration larger than 2^32 seconds";
  const detail = seconds < MIN_EXPIRATION_SECONDS ? tooShort : seconds > MAX_EXPIRATION_SECONDS ? tooLong : "";
  if (detail === "") return [];
  return [{ type: "FieldValueInvalid", field: "spec.expirationSeconds", badValue: seconds, detail }];
}

/** The object that the token dies with; a pod's node is told besides. */
function boundObject(value: unknown, registry: Registry, namespace: string, account: string): TokenBinding {
  if (!isJsonObject(value)) return {};
  const reference = {
    apiVersion: String(value.apiVersion ?? ""),
    kind: String(value.kind ?? ""),
    name: String(value.name ?? ""),
    uid: String(value.uid ?? ""),
  };
  if (reference.apiVersion === "v1") {
    if (reference.kind === "Pod") {
      const pod = found(registry, "pods", namespace, reference);
      const spec = (pod.spec ?? {}) as JsonObject;
      if (spec.serviceAccountName !== account) {
        throw badRequest(
          `cannot bind token for serviceaccount ${JSON.stringify(account)} to pod running with serviceaccount ${JSON.stringify(spec.serviceAccountName ?? "")}`,
        );
      }
      const node = typeof spec.nodeName === "string" ? registry.get("nodes", "", spec.nodeName) : undefined;
      return { pod, node };
    }
    if (reference.kind === "Secret") return { secret: found(registry, "secrets", namespace, reference) };
    if (reference.kind === "Node") return { node: found(registry, "nodes", "", reference) };
  }
  throw unknownKind(reference.apiVersion, reference.kind);
}

function found(
  registry: Registry,
  resource: "pods" | "secrets" | "nodes",
  namespace: string,
  { kind, name, uid }: { kind: string; name: string; uid: string },
): ApiObject {
  const object = registry.get(resource, namespace, name);
  if (object === undefined) throw notFound({ group: "", resource }, name);
  if (uid !== "" && uid !== object.metadata.uid) {
    throw conflict(
      { group: "", resource: kind },
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  return object;
}

function unknownKind(apiVersion: string, kind: string): StatusError {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  return badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
}
