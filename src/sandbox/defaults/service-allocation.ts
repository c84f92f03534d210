/**
 * Gives Services their cluster IPs, node ports and IP families, as the server's allocators do:
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/service/storage/alloc.go
 */
import type { FieldError } from "../model/field-error.ts";
import type { ApiObject, JsonObject } from "../model/object.ts";
import { ensureObject, numberAt, objectAt, objectsAt, stringAt, stringsAt } from "../schema/fields.ts";

/** What a {@link ServiceAllocator} gives from. */
export interface ServiceAllocatorOptions {
  /** IPv4 network of cluster IPs. Default `10.96.0.0/16`. */
  readonly serviceNetwork?: string;
  /** First and last node port. Default 30000 and 32767. */
  readonly nodePorts?: readonly [first: number, last: number];
}

/** Keeps what is given away; one per server. Feed it the Services that exist already by {@link ServiceAllocator.adopt}. */
export class ServiceAllocator {
  readonly #base: number;
  readonly #size: number;
  readonly #network: string;
  readonly #ports: readonly [number, number];
  readonly #usedAddresses = new Set<string>();
  readonly #usedPorts = new Set<number>();
  #nextAddress: number;
  #nextPort: number;

  constructor(options: ServiceAllocatorOptions = {}) {
    this.#network = options.serviceNetwork ?? "10.96.0.0/16";
    const [address = "", bits = "16"] = this.#network.split("/");
    this.#base = toNumber(address);
    this.#size = 2 ** (32 - Number(bits));
    this.#ports = options.nodePorts ?? [30000, 32767];
    // the band below is left to those who ask for an address or a port by name
    this.#nextAddress = Math.min(256, Math.max(16, Math.floor(this.#size / 16)));
    this.#nextPort = Math.min(128, Math.max(16, Math.floor((this.#ports[1] - this.#ports[0]) / 32)));
  }

  /** Marks what an existing Service holds as taken. */
  adopt(service: ApiObject): void {
    const held = holdings(service);
    for (const address of held.addresses) this.#usedAddresses.add(address);
    for (const port of held.ports) this.#usedPorts.add(port);
  }

  /** Frees what a deleted Service held. */
  release(service: ApiObject): void {
    const held = holdings(service);
    for (const address of held.addresses) this.#usedAddresses.delete(address);
    for (const port of held.ports) this.#usedPorts.delete(port);
  }

  /**
   * Completes a new or changed Service in place: what it has kept of `old` stays its own, what it gave up is freed,
   * what is missing is allocated. Returns what cannot be had; nothing is taken then, nor in a dry run.
   */
  allocate(service: ApiObject, old?: ApiObject, options: { readonly dryRun?: boolean } = {}): FieldError[] {
    const held = old === undefined ? { addresses: [], ports: [] } : holdings(old);
    const errors = [...this.#allocateAddress(service, held.addresses), ...this.#allocatePorts(service, held.ports)];
    if (errors.length > 0 || options.dryRun === true) return errors;
    if (old !== undefined) this.release(old);
    this.adopt(service);
    return errors;
  }

  #allocateAddress(service: ApiObject, held: readonly string[]): FieldError[] {
    const spec = ensureObject(service, "spec");
    if (spec.type === "ExternalName") {
      for (const field of ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]) delete spec[field];
      return [];
    }
    const wanted = stringAt(spec, "clusterIP") || (stringsAt(spec, "clusterIPs")[0] ?? "");
    chooseFamilies(spec, wanted === "None");
    if (wanted !== "" && wanted !== "None" && !held.includes(wanted)) {
      const problem = this.#refuses(wanted);
      if (problem !== undefined) {
        const detail = `failed to allocate IP ${wanted}: ${problem}`;
        return [{ type: "FieldValueInvalid", field: "spec.clusterIPs", badValue: [wanted], detail }];
      }
    }
    const address = wanted === "" ? this.#freeAddress() : wanted;
    if (address === undefined) {
      const detail = "failed to allocate a serviceIP: range is full";
      return [{ type: "InternalError", field: "spec.clusterIPs", detail }];
    }
    spec.clusterIP = address;
    spec.clusterIPs = [address];
    return [];
  }

  #refuses(address: string): string | undefined {
    const offset = toNumber(address) - this.#base;
    if (!(offset > 0 && offset < this.#size - 1)) {
      return `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${this.#network}`;
    }
    return this.#usedAddresses.has(address) ? "provided IP is already allocated" : undefined;
  }

  #freeAddress(): string | undefined {
    for (let tried = 0; tried < this.#size; tried++) {
      const offset = (this.#nextAddress + tried) % this.#size;
      const address = toAddress(this.#base + offset);
      if (offset === 0 || offset === this.#size - 1 || this.#usedAddresses.has(address)) continue;
      this.#nextAddress = offset + 1;
      return address;
    }
    return undefined;
  }

  #allocatePorts(service: ApiObject, held: readonly number[]): FieldError[] {
    const spec = ensureObject(service, "spec");
    const needed =
      spec.type === "NodePort" || (spec.type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts !== false);
    const errors: FieldError[] = [];
    const taken = new Set<number>();
    const [first, last] = this.#ports;
    for (const [index, port] of objectsAt(spec, "ports").entries()) {
      const wanted = numberAt(port, "nodePort") ?? 0;
      if (wanted === 0) continue;
      taken.add(wanted);
      const range = `provided port is not in the valid range. The range of valid ports is ${first}-${last}`;
      const problem =
        wanted < first || wanted > last
          ? range
          : this.#usedPorts.has(wanted) && !held.includes(wanted)
            ? "provided port is already allocated"
            : undefined;
      if (problem === undefined) continue;
      errors.push({
        type: "FieldValueInvalid",
        field: `spec.ports[${index}].nodePort`,
        badValue: wanted,
        detail: problem,
      });
    }
    if (errors.length > 0 || !needed) return errors;
    for (const port of objectsAt(spec, "ports")) {
      if (port.nodePort) continue;
      port.nodePort = this.#freePort(taken);
      taken.add(Number(port.nodePort));
    }
    if (spec.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local" && !spec.healthCheckNodePort) {
      spec.healthCheckNodePort = this.#freePort(taken);
    }
    return errors;
  }

  #freePort(taken: ReadonlySet<number>): number {
    const [first, last] = this.#ports;
    const size = last - first + 1;
    for (let tried = 0; tried < size; tried++) {
      const offset = (this.#nextPort + tried) % size;
      if (this.#usedPorts.has(first + offset) || taken.has(first + offset)) continue;
      this.#nextPort = offset + 1;
      return first + offset;
    }
    return 0;
  }
}

/** A cluster of one family: a headless Service without selector still names both, for whoever fills it. */
function chooseFamilies(spec: JsonObject, headless: boolean): void {
  const selector = objectAt(spec, "selector");
  const open = headless && (selector === undefined || Object.keys(selector).length === 0);
  spec.ipFamilyPolicy ??= open ? "RequireDualStack" : "SingleStack";
  if (stringsAt(spec, "ipFamilies").length === 0) {
    spec.ipFamilies = open && spec.ipFamilyPolicy !== "SingleStack" ? ["IPv4", "IPv6"] : ["IPv4"];
  }
}

function holdings(service: ApiObject): { addresses: string[]; ports: number[] } {
  const spec = objectAt(service, "spec");
  const ports = objectsAt(spec, "ports").map((port) => numberAt(port, "nodePort") ?? 0);
  return {
    addresses: stringsAt(spec, "clusterIPs").filter((address) => address !== "None"),
    ports: [...ports, numberAt(spec, "healthCheckNodePort") ?? 0].filter((port) => port > 0),
  };
}

function toNumber(address: string): number {
  return address.split(".").reduce((value, part) => value * 256 + Number(part), 0);
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
