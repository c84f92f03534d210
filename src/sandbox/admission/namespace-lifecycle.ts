import { isJsonObject } from "../model/object.ts";
import { forbidden, notFound } from "../model/status-error.ts";
import type { AdmissionPlugin } from "./admission.ts";
import { forbid } from "./forbid.ts";

const PROTECTED_NAMESPACES = new Set(["default", "kube-system", "kube-public"]);
const NAMESPACES = { group: "", resource: "namespaces" };

/**
 * Keeps objects out of namespaces that are not there or are going away, and the system's namespaces from deletion:
 * https://github.com/kubernetes/apiserver/blob/master/pkg/admission/plugin/namespace/lifecycle/admission.go
 */
export const namespaceLifecycle: AdmissionPlugin = {
  name: "NamespaceLifecycle",
  mutate(attributes, registry) {
    const { operation, definition, namespace } = attributes;
    const isNamespace = definition.group === "" && definition.resource === "namespaces";
    if (isNamespace) {
      if (operation === "DELETE" && PROTECTED_NAMESPACES.has(attributes.name)) {
        throw forbidden(NAMESPACES, attributes.name, "this namespace may not be deleted");
      }
      return;
    }
    if (namespace === "" || operation === "DELETE") return;
    const found = registry.get("namespaces", "", namespace);
    if (found === undefined) throw notFound(NAMESPACES, namespace);
    const terminating = isJsonObject(found.status) && found.status.phase === "Terminating";
    if (operation === "CREATE" && terminating) {
      throw forbid(
        attributes,
        `unable to create new content in namespace ${namespace} because it is being terminated`,
        [
          {
            reason: "NamespaceTerminating",
            message: `namespace ${namespace} is being terminated`,
            field: "metadata.namespace",
          },
        ],
      );
    }
  },
};
