import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { applyDefaults } from "../../../src/sandbox/defaults/apply.ts";
import { ServiceAllocator } from "../../../src/sandbox/defaults/service-allocation.ts";
import { prepareForCreate } from "../../../src/sandbox/defaults/strategies.ts";
import { builtInDefinitions } from "../../../src/sandbox/definitions/built-in.ts";
import type { ResourceDefinition } from "../../../src/sandbox/model/definition.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import { invalid, StatusError } from "../../../src/sandbox/model/status-error.ts";
import { decodeBody, type FieldValidation } from "../../../src/sandbox/schema/decode.ts";
import { validateCreate } from "../../../src/sandbox/validation/validate.ts";

interface Exchange {
  name: string;
  request: { method: string; path: string; headers: Record<string, string>; body?: unknown };
  response: { status: number; headers: Record<string, string>; body: Record<string, unknown> };
}

const fixtures = path.join(import.meta.dirname, "../../fixtures/recordings");
const definitions = builtInDefinitions();

function load(topic: string): Exchange[] {
  return JSON.parse(readFileSync(path.join(fixtures, `${topic}.json`), "utf8")) as Exchange[];
}

function target(url: string): { definition: ResourceDefinition; namespace: string | undefined } | undefined {
  const match = /^\/(?:api|apis\/([^/]+))\/([^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)$/.exec(url.split("?")[0] ?? "");
  const definition = definitions.find(
    (one) => one.group === (match?.[1] ?? "") && one.version === match?.[2] && one.resource === match?.[4],
  );
  return definition === undefined ? undefined : { definition, namespace: match?.[3] };
}

/** Everything that this part of the server does with a create; names and uids are taken from the real answer. */
function create(exchange: Exchange): { status: number; body: unknown } {
  const found = target(exchange.request.path);
  if (found === undefined) throw new Error(`no definition for ${exchange.request.path}`);
  const { definition, namespace } = found;
  const { body, headers } = exchange.request;
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const fieldValidation = (new URLSearchParams(exchange.request.path.split("?")[1]).get("fieldValidation") ??
    "Warn") as FieldValidation;
  try {
    const { object } = decodeBody(bytes, headers["content-type"], definition, { fieldValidation });
    const real = (exchange.response.body.metadata ?? {}) as ApiObject["metadata"];
    object.metadata = {
      ...object.metadata,
      ...(namespace === undefined ? {} : { namespace }),
      ...(object.metadata.generateName ? { name: real.name ?? "" } : {}),
      ...(real.uid === undefined ? {} : { uid: real.uid }),
    };
    applyDefaults(definition, object);
    prepareForCreate(definition, object);
    applyDefaults(definition, object);
    if (definition.kind === "Service") new ServiceAllocator().allocate(object);
    const errors = validateCreate(definition, object);
    if (errors.length > 0) throw invalid(definition, object.metadata.name ?? "", errors);
    return { status: 201, body: object };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { status: error.status.code, body: error.status };
  }
}

function comparable(body: unknown): unknown {
  const copy = structuredClone(body) as ApiObject;
  const spec = copy.spec as Record<string, unknown> | undefined;
  if (copy.metadata !== undefined) {
    delete copy.metadata.managedFields;
    delete copy.metadata.creationTimestamp;
    delete copy.metadata.resourceVersion;
    delete copy.metadata.generation;
  }
  if (copy.kind === "Pod" && spec !== undefined) withoutAdmission(spec);
  if (spec?.clusterIP) Object.assign(spec, { clusterIP: "<ip>", clusterIPs: ["<ip>"] });
  return copy;
}

/** Takes out of a pod what admission plugins put into it. */
function withoutAdmission(spec: Record<string, unknown>): void {
  for (const field of [
    "volumes",
    "tolerations",
    "priority",
    "preemptionPolicy",
    "serviceAccount",
    "serviceAccountName",
  ]) {
    delete spec[field];
  }
  for (const container of spec.containers as Record<string, unknown>[]) delete container.volumeMounts;
}

/** What other parts of the server decide: existence, names of the request, admission. */
const ELSEWHERE = /already exists|not found|mismatch|being terminated|unsupported media|403|404|409/;

describe("recorded creates are answered alike", () => {
  for (const topic of ["crud", "patch", "apply", "list-watch", "controllers", "auth", "streams"]) {
    const creates = load(topic).filter(
      ({ name, request, response }) =>
        request.method === "POST" &&
        target(request.path)?.definition.verbs.includes("list") === true &&
        request.path.includes("/namespaces") &&
        ![403, 404, 405, 409, 415, 401].includes(response.status) &&
        !ELSEWHERE.test(name) &&
        !request.path.includes("dryRun=Some"),
    );
    it.each(creates.map((exchange) => [exchange.name, exchange] as const))(`${topic}: %s`, (_name, exchange) => {
      const answer = create(exchange);
      if (exchange.response.status >= 400) {
        expect(answer).toEqual({ status: exchange.response.status, body: exchange.response.body });
      } else expect(comparable(answer.body)).toEqual(comparable(exchange.response.body));
    });
  }
});
