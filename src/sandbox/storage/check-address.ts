import type { ApiObject } from "../model/object.ts";
import { badRequest } from "../model/status-error.ts";

/** The body must be about the object that the path names. */
export function checkAddress(object: ApiObject, name: string, namespace: string): void {
  const own = object.metadata.name ?? "";
  if (own === "") {
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  }
  if (own !== name) throw badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`);
  const ownNamespace = object.metadata.namespace ?? "";
  if (ownNamespace === "" || ownNamespace === namespace) return;
  throw badRequest(
    `the namespace of the object (${ownNamespace}) does not match the namespace on the request (${namespace})`,
  );
}
