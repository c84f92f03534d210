import { admissionPlugins } from "./admission/plugins.ts";
import { defaultCustom } from "./crd/default-custom.ts";
import { pruneCustom } from "./crd/prune-custom.ts";
import { validateCustom } from "./crd/validate-custom.ts";
import { validateDefinition } from "./crd/validate-definition.ts";
import { applyDefaults } from "./defaults/apply.ts";
import { ServiceAllocator } from "./defaults/service-allocation.ts";
import { prepareForCreate, prepareForUpdate } from "./defaults/strategies.ts";
import { serverSideApply } from "./ownership/server-side-apply.ts";
import { trackUpdate } from "./ownership/track-update.ts";
import type { Store } from "./storage/store.ts";
import type { WriteRules } from "./storage/write-rules.ts";
import { validateCreate, validateStatusUpdate, validateUpdate } from "./validation/validate.ts";

const SERVICES = "services";
const DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";

/** The rules of every write, over one store. `random` gives numbers from 0 up to 1. */
export function writeRules(store: Store, random: () => number): WriteRules {
  const services = new ServiceAllocator();
  for (const service of store.list(SERVICES)) services.adopt(service);
  store.subscribe(SERVICES, ({ type, object }) => {
    if (type === "DELETED") services.release(object);
  });

  return {
    applyDefaults(definition, object) {
      if (definition.custom === undefined) {
        applyDefaults(definition, object);
        return;
      }
      pruneCustom(definition, object);
      defaultCustom(definition, object);
    },
    prepareForCreate,
    prepareForUpdate,
    allocate(definition, object, old, dryRun) {
      return definition.storageKey === SERVICES ? services.allocate(object, old, { dryRun }) : [];
    },
    validateCreate(definition, object) {
      const errors = validateCreate(definition, object);
      if (definition.custom !== undefined) return [...errors, ...validateCustom(definition, object)];
      return definition.storageKey === DEFINITIONS ? [...errors, ...validateDefinition(object)] : errors;
    },
    validateUpdate(definition, old, object, subresource) {
      if (definition.custom !== undefined) {
        return [...validateUpdate(definition, old, object), ...validateCustom(definition, object, old, subresource)];
      }
      // a binding places the pod, which no other write may
      if (subresource === "binding") return [];
      if (subresource === "status") return validateStatusUpdate(definition, old, object);
      const errors = validateUpdate(definition, old, object, subresource);
      return definition.storageKey === DEFINITIONS ? [...errors, ...validateDefinition(object, old)] : errors;
    },
    trackUpdate,
    serverSideApply,
    admission: admissionPlugins(random),
  };
}
