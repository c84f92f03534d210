import type { HTTPIngressPath, Ingress, IngressBackend, IngressRule, IngressTLS } from "../../types/networking-v1.ts";
import { given, listOf, type MakeOptions, making, metadataFor, portNumberOrName, type Refuse } from "./making.ts";

/** Where requests for a host and a path go. */
export interface IngressRuleSpec {
  /** Default: every host. */
  readonly host?: string | undefined;
  /** Default `/`. */
  readonly path?: string | undefined;
  /** Default `Prefix`. */
  readonly pathType?: "Exact" | "Prefix" | "ImplementationSpecific" | undefined;
  readonly service: string;
  /** Number or name. */
  readonly port: number | string;
  /** The Secret with the host's certificate; true for the controller's own. Default: no TLS. */
  readonly tls?: string | boolean | undefined;
}

export interface MakeIngressOptions extends MakeOptions {
  /**
   * kubectl's `"host/path=service:port[,tls[=secret]]"`, where a path that ends with `*` is a prefix and any other is
   * exact; or objects.
   */
  readonly rules?: string | IngressRuleSpec | readonly (string | IngressRuleSpec)[] | undefined;
  /** `"service:port"`, for what no rule takes. */
  readonly defaultBackend?: string | undefined;
  /** Name of the IngressClass. Default: the cluster's. */
  readonly class?: string | undefined;
}

export function makeIngress(name: string, options: MakeIngressOptions): Ingress {
  const refuse = making("Ingress", name, options, ["rules", "defaultBackend", "class"]);
  const specs = listOf(options.rules).map((one) => (typeof one === "string" ? parseRule(refuse, one) : one));
  if (specs.length === 0 && options.defaultBackend === undefined) {
    throw refuse(
      "it has neither rules nor a defaultBackend",
      'Say { rules: "example.com/*=web:80" } or { defaultBackend: "web:80" }.',
    );
  }
  const rules = specs.length === 0 ? undefined : rulesOf(refuse, specs);
  const tls = tlsOf(specs);
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: metadataFor(name, options),
    spec: given({
      ingressClassName: options.class,
      defaultBackend:
        options.defaultBackend === undefined ? undefined : defaultBackendOf(refuse, options.defaultBackend),
      tls: tls.length === 0 ? undefined : tls,
      rules,
    }),
  };
}

function parseRule(refuse: Refuse, text: string): IngressRuleSpec {
  const match = /^([^/=,\s]*)(\/[^=\s]*)=([^:=,\s]+):([^:=,\s]+)(?:,tls(?:=([^=,\s]*))?)?$/.exec(text);
  if (match === null) {
    throw refuse(
      `the rule "${text}" cannot be read`,
      'Write "host/path=service:port", with ",tls=secret" behind it for TLS.',
    );
  }
  const [, host = "", path = "", service = "", port = "", secret] = match;
  const prefix = path.endsWith("*");
  return {
    host: host === "" ? undefined : host,
    path: prefix ? path.slice(0, -1) : path,
    pathType: prefix ? "Prefix" : "Exact",
    service,
    port,
    tls: secret === undefined || secret === "" ? text.includes(",tls") : secret,
  };
}

/** One rule a host, in the order in which they first come. */
function rulesOf(refuse: Refuse, specs: readonly IngressRuleSpec[]): IngressRule[] {
  const paths = new Map<string, HTTPIngressPath[]>();
  for (const { host = "", path = "/", pathType = "Prefix", service, port } of specs) {
    if (!path.startsWith("/")) throw refuse(`the path "${path}" does not begin with a slash`);
    const list = paths.get(host) ?? [];
    paths.set(host, list);
    list.push({ path, pathType, backend: backendOf(refuse, service, port) });
  }
  return [...paths].map(([host, list]) => ({ ...(host === "" ? {} : { host }), http: { paths: list } }));
}

/** One entry a Secret, and one for the hosts without. */
function tlsOf(specs: readonly IngressRuleSpec[]): IngressTLS[] {
  const hosts = new Map<string, Set<string>>();
  for (const { host, tls } of specs) {
    if (tls === undefined || tls === false) continue;
    const secret = tls === true ? "" : tls;
    const list = hosts.get(secret) ?? new Set<string>();
    hosts.set(secret, list);
    if (host !== undefined) list.add(host);
  }
  return [...hosts].map(([secretName, list]) => ({
    ...(list.size === 0 ? {} : { hosts: [...list] }),
    ...(secretName === "" ? {} : { secretName }),
  }));
}

function defaultBackendOf(refuse: Refuse, text: string): IngressBackend {
  const [service = "", port, ...rest] = String(text).split(":");
  if (service === "" || port === undefined || rest.length > 0) {
    throw refuse(`defaultBackend is "${text}"`, 'Write "service:port".');
  }
  return backendOf(refuse, service, port);
}

function backendOf(refuse: Refuse, service: string, port: number | string): IngressBackend {
  if (typeof service !== "string" || service === "") throw refuse("a rule names no service");
  const found = portNumberOrName(refuse, `the port of service "${service}"`, port);
  return { service: { name: service, port: typeof found === "number" ? { number: found } : { name: found } } };
}
