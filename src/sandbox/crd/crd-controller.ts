import type { Clock } from "../model/clock.ts";
import type { ResourceDefinition } from "../model/definition.ts";
import type { ApiObject } from "../model/object.ts";
import type { SchemaSource } from "../model/schema.ts";
import { StatusError } from "../model/status-error.ts";
import { equalJson } from "../patch/json-value.ts";
import type { Registry } from "../storage/registry.ts";
import { acceptNames } from "./accepted-names.ts";
import { type CrdSpec, crdSpec, objectOf } from "./crd-spec.ts";
import { asEstablished, isEstablished, isInstalling, withNames, withStoredVersion } from "./crd-status.ts";
import { definitionsOf } from "./custom-definitions.ts";

const CRDS = "customresourcedefinitions.apiextensions.k8s.io";
const CLEANUP = "customresourcecleanup.apiextensions.k8s.io";
const MANAGER = "kube-apiserver";

export interface CrdControllerOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  /** What custom resources share with the built-in kinds (ObjectMeta). */
  readonly schemas: SchemaSource;
  /** Serves `definitions` on behalf of the CustomResourceDefinition `owner` instead of what it served; none: no more. */
  readonly serve: (owner: string, definitions: readonly ResourceDefinition[]) => void;
  /** Told of what went wrong; the definition is tried again a second later. */
  readonly onError?: (error: unknown) => void;
}

const RETRY_MS = 1000;

/** What a definition serves, and by what it was computed. */
interface Served {
  readonly spec: unknown;
  readonly acceptedNames: unknown;
  readonly storage: string | undefined;
  /** `plural.group` of its objects. */
  readonly resource: string;
}

/**
 * Brings CustomResourceDefinitions to life: accepts their names, serves their resources, establishes them; when one is
 * deleted, deletes its objects first and then lets it go.
 */
export function startCrdController(options: CrdControllerOptions): { stop(): void } {
  const controller = new CrdController(options);
  controller.start();
  return { stop: () => controller.stop() };
}

class CrdController {
  readonly #options: CrdControllerOptions;
  readonly #served = new Map<string, Served>();
  readonly #instances = new Map<string, () => void>();
  readonly #dirty = new Set<string>();
  readonly #retries = new Map<string, () => void>();
  #unsubscribe: (() => void) | undefined;
  #cancel: (() => void) | undefined;

  constructor(options: CrdControllerOptions) {
    this.#options = options;
  }

  start(): void {
    const { registry } = this.#options;
    this.#unsubscribe = registry.subscribe(CRDS, ({ object }) => this.#enqueue(object.metadata.name ?? ""));
    for (const crd of registry.list(CRDS)) this.#enqueue(crd.metadata.name ?? "");
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#cancel?.();
    for (const cancel of [...this.#instances.values(), ...this.#retries.values()]) cancel();
  }

  /** Changes are worked off after the write that told of them, in the order of first mention. */
  #enqueue(name: string): void {
    this.#dirty.add(name);
    this.#cancel ??= this.#options.clock.schedule(0, () => {
      this.#cancel = undefined;
      const names = [...this.#dirty];
      this.#dirty.clear();
      for (const one of names) this.#try(one);
    });
  }

  #try(name: string): void {
    const { clock, onError } = this.#options;
    try {
      this.#sync(name);
    } catch (error) {
      onError?.(error);
      this.#retries.get(name)?.();
      this.#retries.set(
        name,
        clock.schedule(RETRY_MS, () => this.#enqueue(name)),
      );
    }
  }

  #sync(name: string): void {
    const { registry } = this.#options;
    const crd = registry.get(CRDS, "", name);
    if (crd === undefined) this.#forget(name);
    else if (crd.metadata.deletionTimestamp !== undefined) this.#terminate(crd);
    else this.#install(crd);
  }

  #install(found: ApiObject): void {
    const { clock, registry } = this.#options;
    const name = found.metadata.name ?? "";
    const outcome = acceptNames(found, registry.list(CRDS));
    let crd = outcome === undefined ? found : this.#writeStatus(name, (now) => withNames(now, outcome, clock.now()));
    if (crd === undefined) return;
    if (isInstalling(crd) || isEstablished(crd)) this.#serve(crd);
    if (isInstalling(crd)) crd = this.#writeStatus(name, (now) => asEstablished(now, clock.now()));
    if (crd !== undefined && withStoredVersion(crd) !== undefined) this.#writeStatus(name, withStoredVersion);
    // a name that was given up may be what another definition waits for
    if (outcome !== undefined) this.#enqueueGroup(crdSpec(found), name);
  }

  #serve(crd: ApiObject): void {
    const name = crd.metadata.name ?? "";
    const before = this.#served.get(name);
    const { acceptedNames } = objectOf(crd.status);
    if (before !== undefined && equalJson([before.spec, before.acceptedNames], [crd.spec, acceptedNames])) return;
    const spec = crdSpec(crd);
    const storage = spec.versions.find((version) => version.storage)?.name;
    const resource = `${spec.names.plural}.${spec.group}`;
    this.#options.serve(name, definitionsOf(crd, this.#options.schemas));
    if (before !== undefined && before.storage !== storage) this.#migrate(resource, `${spec.group}/${storage}`);
    this.#served.set(name, { spec: crd.spec, acceptedNames, storage, resource });
  }

  /** Writes every object anew in the version that is now the stored one. */
  #migrate(resource: string, apiVersion: string): void {
    const { registry } = this.#options;
    for (const { metadata } of this.#objects(resource)) {
      const rewrite = (object: ApiObject): ApiObject => ({ ...object, apiVersion });
      registry.modify(resource, metadata.namespace ?? "", metadata.name ?? "", rewrite, { manager: MANAGER });
    }
  }

  #terminate(crd: ApiObject): void {
    const { registry } = this.#options;
    const name = crd.metadata.name ?? "";
    if (!(crd.metadata.finalizers ?? []).includes(CLEANUP)) return;
    const resource = this.#served.get(name)?.resource;
    if (resource !== undefined) {
      for (const { metadata } of this.#objects(resource)) {
        if (metadata.deletionTimestamp !== undefined) continue;
        registry.delete(resource, metadata.namespace ?? "", metadata.name ?? "");
      }
      if (this.#objects(resource).length > 0) {
        this.#awaitInstances(name, resource);
        return;
      }
    }
    this.#release(name);
    const release = (now: ApiObject): ApiObject => ({
      ...now,
      metadata: { ...now.metadata, finalizers: now.metadata.finalizers?.filter((one) => one !== CLEANUP) ?? [] },
    });
    registry.modify(CRDS, "", name, release, { manager: MANAGER });
  }

  /** Objects held by finalizers keep their definition until the last is gone. */
  #awaitInstances(name: string, resource: string): void {
    if (this.#instances.has(name)) return;
    this.#instances.set(
      name,
      this.#options.registry.subscribe(resource, ({ type }) => {
        if (type === "DELETED") this.#enqueue(name);
      }),
    );
  }

  #release(name: string): void {
    this.#instances.get(name)?.();
    this.#instances.delete(name);
    if (this.#served.delete(name)) this.#options.serve(name, []);
  }

  #forget(name: string): void {
    this.#release(name);
    const group = name.slice(name.indexOf(".") + 1);
    this.#enqueueGroup({ group }, name);
  }

  #enqueueGroup({ group }: Pick<CrdSpec, "group">, except: string): void {
    for (const crd of this.#options.registry.list(CRDS)) {
      const name = crd.metadata.name ?? "";
      if (name !== except && crdSpec(crd).group === group && !isEstablished(crd)) this.#enqueue(name);
    }
  }

  #objects(resource: string): ApiObject[] {
    const { registry } = this.#options;
    const served = registry.definitions().some((one) => `${one.resource}.${one.group}` === resource);
    return served ? registry.list(resource) : [];
  }

  /** Undefined when the definition has gone in the meantime. */
  #writeStatus(name: string, change: (crd: ApiObject) => ApiObject | undefined): ApiObject | undefined {
    try {
      return this.#options.registry.modify(CRDS, "", name, change, { manager: MANAGER, subresource: "status" });
    } catch (error) {
      if (error instanceof StatusError && error.status.code === 404) return undefined;
      throw error;
    }
  }
}
