import type { ApiResource } from "../../core/resource.ts";
import { unlistedResource } from "../../core/unlisted-resources.ts";
import { isKubescriptError, UsageError } from "../../errors.ts";
import { namespaceOf } from "../../resources/scope.ts";
import type { OperationContext } from "../context.ts";

/** What may be asked about besides verb and resource. */
export interface CanOptions {
  /** Default the handle's; `"*"` asks about all namespaces. */
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A request as an authorizer sees it. */
export type AccessAttributes =
  | { readonly path: string; readonly verb: string }
  | {
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly subresource: string | undefined;
      readonly name: string | undefined;
      /** Undefined: all of them, or the resource has none. */
      readonly namespace: string | undefined;
    };

/** The attributes of `verb` on a resource by any of its names, with a sub-resource behind a slash, or on a path. */
export async function attributesOf(
  operation: OperationContext,
  verb: string,
  resource: string,
  options: CanOptions,
): Promise<AccessAttributes> {
  if (typeof verb !== "string" || verb === "" || typeof resource !== "string" || resource === "") {
    throw new UsageError("INVALID_INPUT", "Cannot ask about a right: it needs a verb and a resource", {
      hint: 'Write ("get", "pods"), ("get", "pods/log") or ("get", "/healthz").',
    });
  }
  if (resource.startsWith("/")) return { path: resource, verb };
  const [type = "", ...rest] = resource.split("/");
  const below = options.subresource ?? (rest.length > 0 ? rest.join("/") : undefined);
  const { scope } = operation;
  const namespace = options.namespace ?? namespaceOf(scope);
  // As kubectl: everything in every group, of which discovery knows nothing.
  if (type === "*") {
    const within = namespace === "*" ? undefined : namespace;
    return { verb, group: "*", resource: "*", subresource: below, name: options.name, namespace: within };
  }
  const { group, name, namespaced } = await resourceOf(operation, type);
  return {
    verb,
    group,
    resource: name,
    subresource: below,
    name: options.name,
    namespace: namespaced && namespace !== "*" ? namespace : undefined,
  };
}

/** The server's, else one that authorizers alone know: `can("impersonate", "users")`. */
async function resourceOf(
  operation: OperationContext,
  type: string,
): Promise<Pick<ApiResource, "group" | "name" | "namespaced">> {
  try {
    return await operation.resource(type).resource();
  } catch (error) {
    const unlisted = unlistedResource(type);
    if (unlisted === undefined || !isKubescriptError(error) || error.code !== "UNKNOWN_RESOURCE") throw error;
    return { ...unlisted, namespaced: false };
  }
}
