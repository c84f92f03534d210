/** Rows of `networking.k8s.io` and `discovery.k8s.io`. */
import { objectAt, objectsAt, stringAt, stringsAt } from "../schema/fields.ts";
import { column, type GroupPrinters, printer } from "./columns.ts";
import { age, firstThree, formatSelector, loadBalancerAddresses, NONE, UNSET } from "./format.ts";

export const NETWORKING_PRINTERS: GroupPrinters = {
  Ingress: printer(
    [column("Name"), column("Class"), column("Hosts"), column("Address"), column("Ports"), column("Age")],
    (object, now) => {
      const spec = objectAt(object, "spec");
      const hosts = objectsAt(spec, "rules")
        .map((rule) => stringAt(rule, "host"))
        .filter((host) => host !== "");
      return [
        object.metadata.name,
        stringAt(spec, "ingressClassName") || object.metadata.annotations?.["kubernetes.io/ingress.class"] || NONE,
        hosts.length === 0 ? "*" : firstThree(hosts),
        loadBalancerAddresses(objectAt(object, "status")).join(","),
        objectsAt(spec, "tls").length > 0 ? "80, 443" : "80",
        age(object, now),
      ];
    },
  ),
  IngressClass: printer([column("Name"), column("Controller"), column("Parameters"), column("Age")], (object, now) => {
    const spec = objectAt(object, "spec");
    const parameters = objectAt(spec, "parameters");
    const group = stringAt(parameters, "apiGroup");
    const kind = `${stringAt(parameters, "kind")}${group === "" ? "" : `.${group}`}`;
    return [
      object.metadata.name,
      stringAt(spec, "controller"),
      parameters === undefined ? NONE : `${kind}/${stringAt(parameters, "name")}`,
      age(object, now),
    ];
  }),
  NetworkPolicy: printer([column("Name"), column("Pod-Selector"), column("Age")], (object, now) => [
    object.metadata.name,
    formatSelector(objectAt(objectAt(object, "spec"), "podSelector")),
    age(object, now),
  ]),
  ServiceCIDR: printer([column("Name"), column("CIDRs"), column("Age")], (object, now) => [
    object.metadata.name,
    stringsAt(objectAt(object, "spec"), "cidrs").join(","),
    age(object, now),
  ]),
  IPAddress: printer([column("Name"), column("ParentRef"), column("Age")], (object, now) => {
    const parent = objectAt(objectAt(object, "spec"), "parentRef");
    const group = stringAt(parent, "group");
    const resource = `${stringAt(parent, "resource")}${group === "" ? "" : `.${group}`}`;
    const parts = [resource, stringAt(parent, "namespace"), stringAt(parent, "name")].filter((part) => part !== "");
    return [object.metadata.name, parent === undefined ? NONE : parts.join("/"), age(object, now)];
  }),
};

export const DISCOVERY_PRINTERS: GroupPrinters = {
  EndpointSlice: printer(
    [column("Name"), column("AddressType"), column("Ports"), column("Endpoints"), column("Age")],
    (object, now) => {
      const ports = objectsAt(object, "ports").map((port) => (port.port === undefined ? "*" : String(port.port)));
      const addresses = objectsAt(object, "endpoints").flatMap((endpoint) => stringsAt(endpoint, "addresses"));
      return [
        object.metadata.name,
        stringAt(object, "addressType"),
        ports.length === 0 ? UNSET : firstThree(ports),
        addresses.length === 0 ? UNSET : firstThree(addresses),
        age(object, now),
      ];
    },
  ),
};
