import { UsageError } from "../errors.ts";
import type { ApiResource } from "./resource.ts";

/** What a path needs to know of a resource. */
export type ResourcePath = Pick<ApiResource, "group" | "version" | "name" | "namespaced">;

/** `v1`, or `apps/v1`. */
export function groupVersion(resource: Pick<ApiResource, "group" | "version">): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

/** Splits `apps/v1` or `v1`; a text with more than one slash throws a UsageError. */
export function parseGroupVersion(text: string): { group: string; version: string } {
  const parts = text.split("/");
  const [first = "", second] = parts;
  if (parts.length > 2 || text === "") {
    throw new UsageError("INVALID_INPUT", `Cannot read the apiVersion "${text}": it is VERSION or GROUP/VERSION`);
  }
  return second === undefined ? { group: "", version: first } : { group: first, version: second };
}

/** `pods` or `deployments.apps`: how messages and RBAC name a resource. */
export function groupResource(resource: Pick<ApiResource, "group" | "name">): string {
  return resource.group === "" ? resource.name : `${resource.name}.${resource.group}`;
}

/** `deployments.apps/scale`: how a rule's resource, which may have a sub-resource, is named with its group. */
export function ruleResource(resource: string, group: string): string {
  const [name = "", ...below] = resource.split("/");
  return [groupResource({ group, name }), ...below].join("/");
}

/** `/api/v1` or `/apis/apps/v1`. */
export function groupVersionPath(resource: Pick<ApiResource, "group" | "version">): string {
  const root = resource.group === "" ? "/api" : `/apis/${segment(resource.group)}`;
  return `${root}/${segment(resource.version)}`;
}

/** The path of a collection; without a namespace, that of all of them. */
export function collectionPath(resource: ResourcePath, namespace?: string): string {
  const scope =
    resource.namespaced && namespace !== undefined ? `/namespaces/${nameSegment("namespace", namespace)}` : "";
  return `${groupVersionPath(resource)}${scope}/${segment(resource.name)}`;
}

/** The path of one object or of one of its sub-resources (`log`, `scale`, `proxy/metrics` …). */
export function objectPath(
  resource: ResourcePath,
  namespace: string | undefined,
  name: string,
  subresource?: string,
): string {
  if (resource.namespaced && namespace === undefined) {
    throw new UsageError(
      "USAGE",
      `Cannot address ${groupResource(resource)} "${name}": an object of a namespaced resource needs its namespace`,
      { hint: `Choose one with .in("NAMESPACE") or the option namespace.` },
    );
  }
  const base = `${collectionPath(resource, namespace)}/${nameSegment(groupResource(resource), name)}`;
  return subresource === undefined ? base : `${base}/${subresource.split("/").map(segment).join("/")}`;
}

/** Percent-encodes one segment; `:` and `@`, frequent in names such as `system:node`, may stand as they are. */
function segment(text: string): string {
  return encodeURIComponent(text).replaceAll("%3A", ":").replaceAll("%40", "@");
}

/** The API's own rule for what can be a path segment: anything but `.`, `..` and texts with `/` or `%`. */
function nameSegment(what: string, name: string): string {
  if (name === "" || name === "." || name === ".." || /[/%]/.test(name)) {
    throw new UsageError(
      "INVALID_INPUT",
      `Cannot use ${JSON.stringify(name)} as the name of ${what}: it ${ruleOf(name)}`,
    );
  }
  return segment(name);
}

function ruleOf(name: string): string {
  if (name === "") return "is empty";
  return name === "." || name === ".." ? "is a path, not a name" : 'must not hold "/" or "%"';
}
