import { parseYaml } from "../../../core/yaml.ts";
import { type ApiObject, isJsonObject } from "../../model/object.ts";
import { badRequest } from "../../model/status-error.ts";
import { yamlExcess } from "../../schema/yaml-bounds.ts";
import type { ResourceRequest } from "../server.ts";

/** The body of an apply: YAML or JSON, as it is; server-side apply checks it against the schema. */
export function readApplied({ body }: ResourceRequest): ApiObject {
  const text = new TextDecoder().decode(body);
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (error) {
    throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  const excess = value === undefined ? undefined : yamlExcess(value, text.length);
  if (excess !== undefined) throw badRequest(`error decoding YAML: ${excess}`);
  if (!isJsonObject(value)) throw badRequest("error decoding YAML: the patch is not an object");
  const metadata = isJsonObject(value.metadata) ? value.metadata : {};
  return { ...value, apiVersion: String(value.apiVersion ?? ""), kind: String(value.kind ?? ""), metadata };
}
