import { readFile } from "node:fs/promises";
import { parse } from "acorn";
import { groupResource } from "../core/path.ts";
import type { ApiResource } from "../core/resource.ts";
import { unlistedResource } from "../core/unlisted-resources.ts";
import { parseYamlDocuments } from "../core/yaml.ts";
import { LEFT_OUT } from "../operations/tree/tree.ts";
import type { Access } from "./access-rules.ts";
import { CLUSTER_RIGHTS, MANIFEST_RIGHTS } from "./cluster-rights.ts";
import { bindAccesses, RBAC_GROUP } from "./granting-access.ts";
import { HELPER_RIGHTS, SUBRESOURCE_RIGHTS } from "./helper-rights.ts";
import { impersonationAccesses } from "./impersonation-access.ts";
import { type MethodCall, type MethodRight, type MethodRights, rightsOfMethod } from "./method-rights.ts";
import { observedAccesses } from "./observed-access.ts";
import { resourceNameOf } from "./resources.ts";
import { namespaceIn, type SourceCall, sourceCalls } from "./source-calls.ts";
import { isLiteralObject, type Literal, type LiteralObject, PartialText } from "./source-literals.ts";

/** How the names in a source are looked up in the cluster. */
export interface ResourceLookup {
  /** Finds a resource by any name that kubectl takes; undefined for one that is not there. */
  resolve(name: string): Promise<ApiResource | undefined>;
  /** Every resource that can be listed. */
  listable(): Promise<readonly ApiResource[]>;
}

/** What the source at `file` shows of the script's accesses, for the resources that this cluster has. */
export async function sourceRights(file: string, namespace: string, lookup: ResourceLookup): Promise<Access[]> {
  const { transform } = await import("esbuild");
  const source = await readFile(file, "utf8");
  const { code } = await transform(source, { loader: "ts", format: "esm", target: "es2022", sourcefile: file });
  return rightsInCode(code, namespace, lookup);
}

/** {@link sourceRights} of a module in plain JavaScript. */
export async function rightsInCode(code: string, namespace: string, lookup: ResourceLookup): Promise<Access[]> {
  const calls = sourceCalls(parse(code, { ecmaVersion: "latest", sourceType: "module" }));
  const found = await Promise.all(calls.map((call) => new CallRights(call, namespace, lookup).all()));
  return found.flat();
}

/** On pods' helpers these take `deploy/web`, which stands for its pods. */
const BY_TYPE = new Set(["exec", "shell", "attach", "debug", "portForward", "logs"]);
/** Of these the first argument is an object, which may be in a namespace of its own. */
const OF_OBJECT = new Set(["create", "apply", "replace"]);

/** What one call asks. */
class CallRights {
  readonly #call: SourceCall;
  readonly #session: string;
  readonly #lookup: ResourceLookup;

  constructor(call: SourceCall, session: string, lookup: ResourceLookup) {
    this.#call = call;
    this.#session = session;
    this.#lookup = lookup;
  }

  async all(): Promise<Access[]> {
    const { helper, subresource, method, args, namespace } = this.#call;
    if (helper === undefined) return [...(await this.#ofCluster()), ...this.#ofPath()];
    const own = await this.#lookup.resolve(helper);
    if (own === undefined) return [];
    if (subresource !== undefined) {
      const rights = this.#rights(SUBRESOURCE_RIGHTS, method, own);
      return this.#accesses(
        rights.map((one) => ({ ...one, subresource })),
        own,
        namespace,
      );
    }
    if (own.name === "pods" && own.group === "" && BY_TYPE.has(method)) return this.#byType(own);
    const where = OF_OBJECT.has(method) ? (namespace ?? namespaceOf(args[0])) : namespace;
    const found = await this.#accesses(this.#rights(HELPER_RIGHTS, method, own), own, where);
    return OF_OBJECT.has(method) ? [...found, ...this.#bound(own, args[0], where)] : found;
  }

  /** Who writes a binding needs a right to its role. */
  #bound(own: ApiResource, object: Literal, namespace: string | undefined): Access[] {
    if (own.group !== RBAC_GROUP || !own.name.endsWith("bindings")) return [];
    const roleRef = isLiteralObject(object) ? object.roleRef : undefined;
    const where = own.namespaced ? placeOf(namespace ?? this.#session) : undefined;
    return bindAccesses(isLiteralObject(roleRef) ? roleRef : {}, where);
  }

  /** `k8s.access.grant(…)` binds the role that it names; to take a subject out of a binding is asked the same. */
  #granted(namespace: string | undefined): Access[] {
    const [options] = this.#call.args;
    const { role, clusterRole } = isLiteralObject(options) ? options : {};
    const roleRef = role === undefined ? { kind: "ClusterRole", name: clusterRole } : { kind: "Role", name: role };
    return bindAccesses(roleRef, placeOf(namespace ?? this.#session));
  }

  /** `pods.exec("deploy/web", …)` asks what `deployments.exec("web", …)` does. */
  async #byType(pods: ApiResource): Promise<Access[]> {
    const { method, args, namespace } = this.#call;
    const names: readonly Literal[] = Array.isArray(args[0]) ? args[0] : [args[0]];
    const types = new Set(names.map((name) => /^([^/]+)\//.exec(textOf(name) ?? "")?.[1]));
    const owns = await Promise.all([...types].map((one) => (one === undefined ? pods : this.#lookup.resolve(one))));
    const found = owns.map(async (own) =>
      own === undefined ? [] : this.#accesses(this.#rights(HELPER_RIGHTS, method, own), own, namespace),
    );
    return (await Promise.all(found)).flat();
  }

  async #ofCluster(): Promise<Access[]> {
    const { method, args, namespace } = this.#call;
    const where = namespaceIn(optionNamespace(args)) ?? namespace;
    const own = await this.#accesses(this.#rights(CLUSTER_RIGHTS, method, undefined), undefined, where);
    if (method === "wait") return [...own, ...(await this.#ofAwaited(where))];
    if (method === "access.grant" || method === "access.revoke") return [...own, ...this.#granted(where)];
    if (method === "as") return identityOf(args);
    if (!Object.hasOwn(MANIFEST_RIGHTS, method)) return own;
    const objects = objectsIn(args[0]);
    const found = objects.map(async (object) => {
      const resource = await this.#lookup.resolve(nameOfKind(object));
      if (resource === undefined) return [];
      const place = namespaceOf(object) ?? where;
      const written = await this.#accesses(this.#rights(MANIFEST_RIGHTS, method, resource), resource, place);
      return method === "delete" ? written : [...written, ...this.#bound(resource, object, place)];
    });
    return [...own, ...(await Promise.all(found)).flat()];
  }

  /** `k8s.wait("deployments/web", …)` asks what `k8s.deployments.wait("web", …)` does. */
  async #ofAwaited(namespace: string | undefined): Promise<Access[]> {
    const { args } = this.#call;
    const which: readonly Literal[] = Array.isArray(args[0]) ? args[0] : [args[0]];
    const found = which.map(async (one) => {
      const type = isLiteralObject(one) ? nameOfKind(one) : /^([^/]+)\//.exec(textOf(one) ?? "")?.[1];
      const own = type === undefined ? undefined : await this.#lookup.resolve(type);
      if (own === undefined) return [];
      return this.#accesses(this.#rights(HELPER_RIGHTS, "wait", own), own, namespaceOf(one) ?? namespace);
    });
    return (await Promise.all(found)).flat();
  }

  /** What a path shows: `k8s.http.get("/api/v1/pods")`. */
  #ofPath(): Access[] {
    const { method, args } = this.#call;
    const [part, name = ""] = method.split(".");
    if (part !== "http") return [];
    const [verb, given] = name === "request" ? [args[0], args[1]] : [HTTP_METHODS[name], args[0]];
    if (typeof verb !== "string" || typeof given !== "string") return [];
    const url = new URL(given, "http://path.invalid");
    const query = { ...Object.fromEntries(url.searchParams), ...(name === "watch" ? { watch: "true" } : {}) };
    return observedAccesses({ method: verb.toUpperCase(), path: url.pathname, query });
  }

  #rights(
    table: Readonly<Record<string, MethodRights>>,
    method: string,
    own: ApiResource | undefined,
  ): readonly MethodRight[] {
    const { args, namespace } = this.#call;
    const scope = namespace === undefined ? "session" : namespace === "*" ? "everywhere" : "namespace";
    const call: MethodCall = { own, args, scope };
    return rightsOfMethod(table, method, call) ?? [];
  }

  async #accesses(
    rights: readonly MethodRight[],
    own: ApiResource | undefined,
    namespace: string | undefined,
  ): Promise<Access[]> {
    const found = rights.map(async (right): Promise<Access[]> => {
      const where = right.namespace ?? namespace ?? this.#session;
      const resources = await this.#resources(right.resource, own);
      return resources.flatMap(({ group, name, namespaced }) =>
        right.verbs.map((verb) => ({
          verb,
          group,
          resource: right.subresource === undefined ? name : `${name}/${right.subresource}`,
          namespace: namespaced ? placeOf(where) : undefined,
        })),
      );
    });
    return (await Promise.all(found)).flat();
  }

  async #resources(
    name: string | undefined,
    own: ApiResource | undefined,
  ): Promise<readonly Pick<ApiResource, "group" | "name" | "namespaced">[]> {
    if (name === undefined) return own === undefined ? [] : [own];
    const unlisted = unlistedResource(name);
    if (unlisted !== undefined) return [{ ...unlisted, namespaced: false }];
    if (name === "*") {
      const all = (await this.#lookup.listable()).filter((one) => !LEFT_OUT.has(groupResource(one)));
      return own?.namespaced === true ? all.filter(({ namespaced }) => namespaced) : all;
    }
    const found = await this.#lookup.resolve(name);
    return found === undefined ? [] : [found];
  }
}

const HTTP_METHODS: Readonly<Record<string, string>> = {
  get: "GET",
  post: "POST",
  put: "PUT",
  patch: "PATCH",
  delete: "DELETE",
  stream: "GET",
  watch: "GET",
};

/** An access' namespace: a computed one may be any, so it counts as all of them. */
function placeOf(namespace: string): string | undefined {
  return namespace === "*" || namespace === "?" ? undefined : namespace;
}

/** Whom `k8s.as(user, groups)` makes of us. Names that are not seen are left out: the right to be anybody is too much. */
function identityOf([user, groups = []]: readonly Literal[]): Access[] {
  const named = (Array.isArray(groups) ? groups : []).filter((one: Literal) => typeof one === "string");
  const accesses = impersonationAccesses({ user: typeof user === "string" ? user : "", groups: named, extra: {} });
  return accesses.filter(({ name }) => name !== "");
}

function textOf(value: Literal): string | undefined {
  return value instanceof PartialText ? value.parts[0] : typeof value === "string" ? value : undefined;
}

function optionNamespace(args: readonly Literal[]): Literal {
  const options = args.findLast((one) => isLiteralObject(one) && "namespace" in one && !("kind" in one));
  return isLiteralObject(options) ? options.namespace : undefined;
}

/** The namespace that an object names; `"?"` where the source does not show it. */
function namespaceOf(object: Literal): string | undefined {
  if (object === undefined || typeof object === "string") return undefined;
  if (!isLiteralObject(object)) return "?";
  const { metadata } = object;
  if (metadata === undefined) return undefined;
  return isLiteralObject(metadata) ? namespaceIn(metadata.namespace) : "?";
}

function nameOfKind({ apiVersion, kind }: LiteralObject): string {
  const text = (value: Literal): string | undefined => (typeof value === "string" ? value : undefined);
  return resourceNameOf({ apiVersion: text(apiVersion), kind: text(kind) });
}

/** Stands for what an expression puts into a text of manifests. */
const COMPUTED = "computed-value";

/** The objects of manifests that stand in the source: objects, lists, texts of YAML. Files are not looked into. */
function objectsIn(source: Literal): LiteralObject[] {
  if (Array.isArray(source)) return source.flatMap((one: Literal) => objectsIn(one));
  if (source instanceof PartialText) return documentsIn(source.parts.join(COMPUTED));
  if (typeof source === "string") return /[\n{]/.test(source) ? documentsIn(source) : [];
  if (!isLiteralObject(source)) return [];
  return Array.isArray(source.items) ? objectsIn(source.items as Literal) : [source];
}

function documentsIn(text: string): LiteralObject[] {
  try {
    const documents = parseYamlDocuments(text) as Literal[];
    return documents.filter(isLiteralObject).flatMap((one) => objectsIn(withoutComputed(one)));
  } catch {
    // What is wrong with it is told when it is applied.
    return [];
  }
}

function withoutComputed(object: LiteralObject): LiteralObject {
  const { metadata } = object;
  if (!isLiteralObject(metadata) || !String(metadata.namespace ?? "").includes(COMPUTED)) return object;
  return { ...object, metadata: { ...metadata, namespace: new PartialText([]) } };
}
