/** Ingresses and their classes. */
import { byText } from "../../core/by-text.ts";
import type { Service } from "../../types/core-v1.ts";
import type { EndpointSlice } from "../../types/discovery-v1.ts";
import type { Ingress, IngressBackend, IngressClass, IngressTLS } from "../../types/networking-v1.ts";
import { annotations, labels } from "./format.ts";
import { field, indented, type Layout, NONE, optional, row, section } from "./layout.ts";
import type { Related } from "./related.ts";
import { endpointsText } from "./services.ts";

/** What stands behind the services that an ingress names. */
export interface BackendService {
  readonly service: Related<Service>;
  readonly slices: Related<EndpointSlice>;
}

/** The names of the services that an ingress sends traffic to. */
export function backendServices({ spec }: Ingress): string[] {
  const backends = [
    spec?.defaultBackend,
    ...(spec?.rules ?? []).flatMap(({ http }) => http?.paths.map(({ backend }) => backend) ?? []),
  ];
  return [...new Set(backends.flatMap((backend) => backend?.service?.name ?? []))];
}

export function ingress(object: Ingress, services: ReadonlyMap<string, BackendService>): Layout {
  const { metadata, spec = {}, status } = object;
  const addresses = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || "");
  const fallback = spec.defaultBackend === undefined ? "<default>" : backendText(spec.defaultBackend, services);
  const rules = (spec.rules ?? []).filter(({ http }) => http !== undefined);
  const { tls = [] } = spec;
  return [
    field("Name", metadata?.name ?? ""),
    labels(metadata),
    field("Namespace", metadata?.namespace ?? ""),
    field(
      "Address",
      [...new Set(addresses)]
        .filter((one) => one !== "")
        .sort(byText)
        .join(","),
    ),
    field("Ingress Class", spec.ingressClassName ?? NONE),
    field("Default backend", fallback),
    tls.length === 0 ? undefined : section("TLS", tls.map(tlsLine)),
    section(
      "Rules",
      row("Host", "Path", "Backends"),
      row("----", "----", "--------"),
      rules.length === 0 ? row("*", "*", fallback) : undefined,
      rules.map(({ host = "", http }) => [
        row(host === "" ? "*" : host, ""),
        indented(http?.paths.map(({ path = "", backend }) => row("", `${path} `, backendText(backend, services)))),
      ]),
    ),
    annotations(metadata),
  ];
}

function tlsLine({ secretName = "", hosts = [] }: IngressTLS): Layout {
  return row(secretName === "" ? `SNI routes ${hosts.join(",")}` : `${secretName} terminates ${hosts.join(",")}`);
}

/** `web:http (10.0.0.1:8080,10.0.0.2:8080)` */
function backendText({ service, resource }: IngressBackend, services: ReadonlyMap<string, BackendService>): string {
  if (service === undefined) {
    const { apiGroup = NONE, kind = "", name = "" } = resource ?? {};
    return resource === undefined ? "" : `APIGroup: ${apiGroup}, Kind: ${kind}, Name: ${name}`;
  }
  const { number = 0, name = "" } = service.port ?? {};
  const text = `${service.name}:${number === 0 ? name : number}`;
  const behind = services.get(service.name);
  if (behind === undefined) return text;
  if ("unread" in behind.service) {
    return `${text} (${behind.service.unread})`;
  }
  const port = behind.service.items[0]?.spec?.ports?.find((one) =>
    number === 0 ? one.name === name : one.port === number,
  );
  return `${text} (${endpointsText(behind.slices, port?.name ?? "")})`;
}

export function ingressClass({ metadata, spec }: IngressClass): Layout {
  const { controller = "", parameters } = spec ?? {};
  return [
    field("Name", metadata?.name ?? ""),
    labels(metadata),
    annotations(metadata),
    field("Controller", controller),
    parameters === undefined
      ? undefined
      : section(
          "Parameters",
          optional("APIGroup", parameters.apiGroup),
          field("Kind", parameters.kind),
          field("Name", parameters.name),
        ),
  ];
}
