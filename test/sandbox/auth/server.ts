import type { AdmissionPlugin } from "../../../src/sandbox/admission/admission.ts";
import { createIdentity, type IdentityOptions, type SandboxIdentity } from "../../../src/sandbox/auth/identity.ts";
import { bootstrapRbac } from "../../../src/sandbox/auth/rbac/bootstrap.ts";
import { builtInDefinitions } from "../../../src/sandbox/definitions/built-in.ts";
import { definitionTable } from "../../../src/sandbox/definitions/definition-table.ts";
import type { Clock } from "../../../src/sandbox/model/clock.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import type { RequestAttributes } from "../../../src/sandbox/model/request-attributes.ts";
import type { StatusError } from "../../../src/sandbox/model/status-error.ts";
import type { UserInfo } from "../../../src/sandbox/model/user.ts";
import { createRegistry } from "../../../src/sandbox/storage/create-registry.ts";
import { memoryStore } from "../../../src/sandbox/storage/memory-store.ts";
import type { Registry } from "../../../src/sandbox/storage/registry.ts";

/** A clock that only the test moves. */
export interface ManualClock extends Clock {
  advance(ms: number): void;
}

export function manualClock(start: number = Date.UTC(2026, 0, 1)): ManualClock {
  let now = start;
  return {
    now: () => now,
    schedule: () => () => {},
    advance: (ms) => {
      now += ms;
    },
  };
}

/** A write path without defaults and validation, with the default namespaces and roles: enough for identity. */
export function testServer(options: Partial<IdentityOptions> & { admission?: readonly AdmissionPlugin[] } = {}): {
  registry: Registry;
  identity: SandboxIdentity;
  clock: ManualClock;
} {
  const clock = manualClock();
  let uids = 0;
  const { registry } = createRegistry({
    store: memoryStore(),
    definitions: definitionTable(builtInDefinitions()),
    clock,
    random: () => 0.5,
    uid: () => `uid-${++uids}`,
    rules: {
      applyDefaults: () => {},
      prepareForCreate: () => {},
      prepareForUpdate: () => {},
      allocate: () => [],
      validateCreate: () => [],
      validateUpdate: () => [],
      trackUpdate: (_live, updated) => updated,
      serverSideApply: () => {
        throw new Error("not applied here");
      },
      admission: options.admission ?? [],
    },
  });
  for (const name of ["default", "kube-system"]) create(registry, "namespaces", { metadata: { name } });
  bootstrapRbac(registry);
  return { registry, clock, identity: createIdentity({ registry, clock, ...options }) };
}

/** Creates an object in its own namespace. */
export function create(registry: Registry, resource: string, object: object, user?: UserInfo): ApiObject {
  const { metadata = {} } = object as { metadata?: { namespace?: string } };
  return registry.create(resource, metadata.namespace ?? "", object, { manager: "test", ...(user ? { user } : {}) });
}

/** Attributes of a request for a resource; what is left out is empty. */
export function resourceRequest(
  verb: string,
  resource: string,
  rest: Partial<RequestAttributes> = {},
): RequestAttributes {
  return {
    verb,
    isResourceRequest: true,
    path: "",
    group: "",
    version: "v1",
    resource,
    subresource: "",
    namespace: "",
    name: "",
    ...rest,
  };
}

/** Attributes of a request for a path that is no resource's. */
export function pathRequest(verb: string, path: string): RequestAttributes {
  return { ...resourceRequest(verb, ""), isResourceRequest: false, version: "", path };
}

/** The Status that `action` is refused with. */
export function refusal(action: () => unknown): StatusError["status"] {
  try {
    action();
  } catch (error) {
    return (error as StatusError).status;
  }
  throw new Error("it was not refused");
}
