import { CLUSTER_OPTIONS, HELPER_OPTIONS, type MethodOptions } from "../operations/option-names.ts";
import type { ClusterHandle } from "../runtime/cluster.ts";
import { membersFor, publicMembers } from "./helper-members.ts";
import { type OpenCall, type OpenText, openCall, openText } from "./open-call.ts";

/** What completion looks at. */
export interface CompletionContext {
  readonly k8s: () => ClusterHandle;
  /** Value of a global name; undefined when there is none. */
  readonly global: (name: string) => unknown;
  readonly globalNames: () => readonly string[];
  /** Names of the commands that begin with a dot, without it. */
  readonly commands: () => readonly string[];
  /** Milliseconds. */
  readonly now: () => number;
}

/** Candidates, and how much of the line's end they replace. */
export type Completion = readonly [candidates: string[], replaced: string];

/** How long completion may take altogether; then there is none. */
const TIME_LIMIT_MS = 300;
/** How long names that were fetched are offered again. */
const CACHE_MS = 5000;

/** What `wait` takes by name. */
const CONDITIONS = ["available", "complete", "condition=", "deleted", "exists", "jsonpath=", "ready", "rollout"];

interface ContainerLists {
  readonly containers?: readonly { readonly name: string }[];
  readonly initContainers?: readonly { readonly name: string }[];
  readonly ephemeralContainers?: readonly { readonly name: string }[];
}

/** Where the objects that have containers keep them: pods, workloads, CronJobs. */
interface TemplateSpec extends ContainerLists {
  readonly template?: { readonly spec?: ContainerLists };
  readonly jobTemplate?: { readonly spec?: { readonly template?: { readonly spec?: ContainerLists } } };
}

const SCOPES = ["in", "everywhere", "as", "use", "dryRun"];

/** Completes names of resources, verbs, their options, namespaces, objects and fields. */
export class Completer {
  readonly #context: CompletionContext;
  readonly #cache = new Map<string, { readonly at: number; readonly names: Promise<string[]> }>();

  constructor(context: CompletionContext) {
    this.#context = context;
  }

  /** Completes the end of a line. Never throws; asks the cluster for at most 300 ms. */
  async complete(line: string): Promise<Completion> {
    const none: Completion = [[], line];
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), TIME_LIMIT_MS);
    const late = new Promise<Completion>((resolve) => limit.signal.addEventListener("abort", () => resolve(none)));
    try {
      return await Promise.race([this.#find(line, limit.signal), late]);
    } catch {
      return none;
    } finally {
      clearTimeout(timer);
    }
  }

  async #find(line: string, signal: AbortSignal): Promise<Completion> {
    const command = /^\s*\.(?:(\w*)|(in|use)\s+(\S*))$/.exec(line);
    if (command !== null) return this.#command(command, signal);
    const call = openCall(line);
    const options = call === undefined ? undefined : this.#optionsOf(call);
    if (call !== undefined && options?.at.includes(call.position)) {
      return matching(
        options.names.filter((name) => !call.given.includes(name)),
        call.typed,
      );
    }
    const text = openText(line);
    if (text !== undefined) return this.#texts(text, signal);
    const member = /([\w$]+(?:\([^()]*\))?(?:\.[\w$]+(?:\([^()]*\))?|\[\d+\])*)\.([\w$]*)$/.exec(line);
    if (member !== null) return this.#members(member[1] ?? "", member[2] ?? "", signal);
    const word = /[\w$]*$/.exec(line)?.[0] ?? "";
    return matching(word === "" ? [] : this.#context.globalNames(), word);
  }

  /** `.us`, `.in kube-`, `.use sta` */
  async #command([, name, scope, typed = ""]: RegExpExecArray, signal: AbortSignal): Promise<Completion> {
    if (name !== undefined) return matching(this.#context.commands(), name);
    const k8s = this.#context.k8s();
    return matching(scope === "use" ? k8s.contexts : await this.#names(k8s.everywhere, "namespaces", signal), typed);
  }

  /** What a text may be that a method of a handle, of a helper or of one of their parts takes. */
  async #texts({ chain, method, position, option, first, typed }: OpenText, signal: AbortSignal): Promise<Completion> {
    const at = chain.lastIndexOf(".");
    const k8s = this.#context.k8s();
    const handle = handleOf(chain, k8s) ?? (at < 0 ? undefined : handleOf(chain.slice(0, at), k8s));
    if (handle === undefined) return [[], typed];
    const { cluster, resource } = handle;
    const namespaces = (): Promise<string[]> => this.#names(cluster.everywhere, "namespaces", signal);
    const found = async (): Promise<readonly string[]> => {
      if (option === "namespace" || (method === "in" && option === undefined)) return namespaces();
      if (resource !== undefined && first !== undefined && ["container", "containers"].includes(option ?? "")) {
        return this.#containers(cluster, resource, first, signal);
      }
      if (option !== undefined) return [];
      if (method === "wait" && position === 1) return CONDITIONS;
      if (resource !== undefined) return position === 0 ? this.#names(cluster, resource, signal) : [];
      if (method === "use") return cluster.contexts;
      const asks = ["resource", "explain"].includes(method) ? 0 : ["can", "whoCan"].includes(method) ? 1 : undefined;
      if (asks === position) return this.#resourceNames(cluster, signal);
      return method === "wait" && position === 0 ? this.#references(cluster, typed, signal) : [];
    };
    return matching(await found(), typed);
  }

  /** `pods/`, `pods/web-0` */
  async #references(cluster: ClusterHandle, typed: string, signal: AbortSignal): Promise<string[]> {
    const [type = "", name] = typed.split("/");
    if (name === undefined) return (await this.#resourceNames(cluster, signal)).map((one) => `${one}/`);
    return (await this.#names(cluster, type, signal)).map((one) => `${type}/${one}`);
  }

  /** Names of the containers of a pod, or of a pod template. */
  async #containers(cluster: ClusterHandle, resource: string, name: string, signal: AbortSignal): Promise<string[]> {
    return this.#cached(`${cluster.context} ${cluster.namespace} ${resource}/${name} containers`, async () => {
      const { spec } = (await cluster.resource(resource).get(name, { signal })) as { spec?: TemplateSpec };
      const pod = spec?.jobTemplate?.spec?.template?.spec ?? spec?.template?.spec ?? spec;
      const lists = [pod?.containers, pod?.initContainers, pod?.ephemeralContainers];
      return lists.flatMap((containers) => (containers ?? []).map((container) => container.name));
    });
  }

  async #members(chain: string, typed: string, signal: AbortSignal): Promise<Completion> {
    const handle = handleOf(chain, this.#context.k8s());
    if (handle !== undefined && handle.resource === undefined) {
      const own = publicMembers(membersOf(handle.cluster));
      const resources = (await this.#resourceNames(handle.cluster, signal)).filter((name) => !name.includes("."));
      return matching([...own, ...resources], typed);
    }
    if (handle?.resource !== undefined) {
      const { cluster, resource } = handle;
      return matching(membersFor(resource, membersOf(cluster.resource(resource))), typed);
    }
    const part = partOf(chain, this.#context.k8s());
    if (part !== undefined) return matching(membersOf(part), typed);
    const value = chain.includes("(") ? undefined : valueAt(chain, this.#context.global);
    return matching(value === undefined ? [] : membersOf(value), typed);
  }

  /** What the method of a handle, of a helper or of one of their parts takes. */
  #optionsOf({ chain, method }: OpenCall): MethodOptions | undefined {
    const k8s = this.#context.k8s();
    const handle = handleOf(chain, k8s);
    if (handle !== undefined) return tableOf(handle).methods[method];
    const at = chain.lastIndexOf(".");
    const owner = at < 0 ? undefined : handleOf(chain.slice(0, at), k8s);
    return owner === undefined ? undefined : tableOf(owner).parts?.[chain.slice(at + 1)]?.methods[method];
  }

  async #resourceNames(cluster: ClusterHandle, signal: AbortSignal): Promise<string[]> {
    return this.#cached(`resources ${cluster.context}`, async () =>
      (await cluster.resources({ signal, verbs: ["get"] })).flatMap(({ name, group }) =>
        group.includes(".") && !group.endsWith(".k8s.io") ? [name, `${name}.${group}`] : [name],
      ),
    );
  }

  async #names(cluster: ClusterHandle, resource: string, signal: AbortSignal): Promise<string[]> {
    return this.#cached(`${cluster.context} ${cluster.namespace} ${resource}`, async () => {
      const { rows } = await cluster.resource(resource).table({ limit: 500, signal });
      return rows.map(({ object }) => object?.metadata?.name ?? "").filter((name) => name !== "");
    });
  }

  #cached(key: string, fetch: () => Promise<string[]>): Promise<string[]> {
    const found = this.#cache.get(key);
    const now = this.#context.now();
    if (found !== undefined && now - found.at < CACHE_MS) return found.names;
    const names = fetch();
    this.#cache.set(key, { at: now, names });
    names.catch(() => this.#cache.delete(key));
    return names;
  }
}

/** The handle, and perhaps the resource, that a chain such as `k8s.in("x").pods` leads to. */
export function handleOf(
  chain: string,
  k8s: ClusterHandle,
): { readonly cluster: ClusterHandle; readonly resource: string | undefined } | undefined {
  const steps = chain.match(/[\w$]+(?:\([^()]*\))?/g) ?? [];
  if (steps[0] !== "k8s") return undefined;
  let cluster = k8s;
  let resource: string | undefined;
  for (const step of steps.slice(1)) {
    if (resource !== undefined) return undefined;
    const [, name = "", argument] = /^([\w$]+)(?:\(\s*["'`]?([^"'`,)]*)["'`]?[^)]*\))?$/.exec(step) ?? [];
    if (name === "resource" && argument !== undefined) resource = argument;
    else if (!SCOPES.includes(name)) {
      if (step.includes("(") || name in cluster.constructor.prototype) return undefined;
      resource = name;
    } else if (name === "in" && argument) cluster = cluster.in(argument);
    else if (name === "use" && argument) cluster = cluster.use(argument);
    else if (name === "everywhere") cluster = cluster.everywhere;
  }
  return { cluster, resource };
}

function tableOf({ resource }: { readonly resource: string | undefined }): typeof HELPER_OPTIONS {
  return resource === undefined ? CLUSTER_OPTIONS : HELPER_OPTIONS;
}

/** What an accessor of a handle or a helper gives: `k8s.make`, `k8s.deployments.rollout`. They ask nothing of a cluster. */
export function partOf(chain: string, k8s: ClusterHandle): unknown {
  const at = chain.lastIndexOf(".");
  const handle = at < 0 ? undefined : handleOf(chain.slice(0, at), k8s);
  if (handle === undefined) return undefined;
  const { cluster, resource } = handle;
  const owner: object = resource === undefined ? cluster : cluster.resource(resource);
  const name = chain.slice(at + 1);
  for (let one: object | null = owner; one !== null; one = Object.getPrototypeOf(one) as object | null) {
    if (Object.getOwnPropertyDescriptor(one, name)?.get !== undefined) return Reflect.get(owner, name, owner);
  }
  return undefined;
}

/** Names of own and inherited members, those of every object left out. */
export function membersOf(value: unknown): string[] {
  const names = new Set<string>();
  if (value === null || value === undefined) return [];
  for (let object: object | null = Object(value) as object; object !== null && object !== Object.prototype; ) {
    for (const name of Object.getOwnPropertyNames(object)) {
      if (/^[A-Za-z_$][\w$]*$/.test(name) && name !== "constructor") names.add(name);
    }
    object = Object.getPrototypeOf(object) as object | null;
  }
  return [...names];
}

/** The value of `a.b[0].c` without calling anything; getters of plain data only. */
function valueAt(chain: string, global: (name: string) => unknown): unknown {
  const [first = "", ...rest] = chain.split(/\.|\[(\d+)\]/).filter((step) => step !== undefined && step !== "");
  let value = global(first);
  for (const step of rest) {
    if (value === null || value === undefined) return undefined;
    const descriptor = Object.getOwnPropertyDescriptor(Object(value), step);
    value = descriptor?.value as unknown;
  }
  return value;
}

function matching(names: readonly string[], typed: string): Completion {
  return [[...new Set(names)].filter((name) => name.startsWith(typed)).sort(), typed];
}
