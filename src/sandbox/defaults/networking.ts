/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/networking/v1/defaults.go */
import { ensureObject, fallback, objectAt, objectsAt } from "../schema/fields.ts";
import type { GroupDefaults } from "./defaulter.ts";

/** `networking.k8s.io/v1`. */
export const NETWORKING_DEFAULTS: GroupDefaults = {
  NetworkPolicy: (object) => {
    const spec = ensureObject(object, "spec");
    for (const rule of [...objectsAt(spec, "ingress"), ...objectsAt(spec, "egress")]) {
      for (const port of objectsAt(rule, "ports")) fallback(port, "protocol", "TCP");
    }
    if (Array.isArray(spec.policyTypes) && spec.policyTypes.length > 0) return;
    spec.policyTypes = objectsAt(spec, "egress").length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
  },
  IngressClass: (object) => {
    const parameters = objectAt(objectAt(object, "spec"), "parameters");
    if (parameters !== undefined) fallback(parameters, "scope", "Cluster");
  },
};

/** `discovery.k8s.io/v1`: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/discovery/v1/defaults.go */
export const DISCOVERY_DEFAULTS: GroupDefaults = {
  EndpointSlice: (object) => {
    for (const port of objectsAt(object, "ports")) {
      if (port.name === undefined) port.name = "";
      fallback(port, "protocol", "TCP");
    }
  },
};
