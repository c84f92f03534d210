import { BUILT_IN_SCHEMAS } from "../../definitions/built-in.ts";
import { formatTime } from "../../model/clock.ts";
import { type ApiObject, isJsonObject, type JsonObject } from "../../model/object.ts";
import { conflict, notFound, StatusError } from "../../model/status-error.ts";
import { fieldsOf } from "../../storage/json.ts";
import { jsonAnswer } from "../answers.ts";
import { type HttpServer, type ResourceRequest, representation, type Verb, writeContext } from "../server.ts";
import { checkNamespace, decodeObject } from "../verbs/create.ts";

const BINDING = { group: "", version: "v1", kind: "Binding", schemas: BUILT_IN_SCHEMAS };
const PODS = { group: "", resource: "pods" };

/** POST of `pods/NAME/binding`: places the pod on a node. */
export const bindPod: Verb = (server, request) => bind(server, request, () => request.info.name);

/** POST of `bindings`: the same, the pod named by the body. */
export const createBinding: Verb = (server, request) => {
  const pods = server.definitions.get("", "v1", "pods");
  if (pods === undefined) throw notFound(PODS, "");
  const info = { ...request.info, resource: "pods", subresource: "binding" };
  return bind(server, { ...request, definition: pods, info }, (binding) => binding.metadata.name ?? "");
};

function bind(server: HttpServer, request: ResourceRequest, nameOf: (binding: ApiObject) => string): Response {
  const as = representation(request, []);
  const context = { ...writeContext(request, "CreateOptions"), subresource: "binding" };
  const binding = decodeObject(request, BINDING, "CreateOptions");
  checkNamespace(binding, context.namespace);
  const target = fieldsOf(binding.target);
  const node = String(target.name ?? "");
  const name = nameOf(binding);
  const place = (pod: ApiObject): ApiObject => placed(pod, node, binding, server.clock.now());
  server.writer.update(name, place, context);
  return jsonAnswer(201, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 }, as.format);
}

function placed(pod: ApiObject, node: string, binding: ApiObject, now: number): ApiObject {
  const spec = fieldsOf(pod.spec);
  const name = pod.metadata.name ?? "";
  if (pod.metadata.deletionTimestamp !== undefined) {
    throw conflict(PODS, name, `pod ${name} is being deleted, cannot be assigned to a host`);
  }
  if (typeof spec.nodeName === "string" && spec.nodeName !== "") {
    throw conflict(PODS, name, `pod ${name} is already assigned to node ${JSON.stringify(spec.nodeName)}`);
  }
  if (Array.isArray(spec.schedulingGates) && spec.schedulingGates.length > 0) {
    throw new StatusError(409, "Conflict", `pod ${name} has non-empty .spec.schedulingGates`);
  }
  const status = fieldsOf(pod.status);
  const conditions = Array.isArray(status.conditions) ? status.conditions.filter(isJsonObject) : [];
  const scheduled: JsonObject = {
    type: "PodScheduled",
    status: "True",
    observedGeneration: pod.metadata.generation,
    lastProbeTime: null,
    lastTransitionTime: formatTime(now),
  };
  const annotations = { ...pod.metadata.annotations, ...binding.metadata.annotations };
  return {
    ...pod,
    metadata: { ...pod.metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: { ...spec, nodeName: node },
    status: { ...status, conditions: [...conditions.filter(({ type }) => type !== "PodScheduled"), scheduled] },
  };
}
