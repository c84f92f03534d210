import type { ContainerAccess } from "../model/container-access.ts";
import type { PodStreams } from "../model/pod-streams.ts";
import { badRequest, StatusError } from "../model/status-error.ts";
import type { Pod } from "../pods/pod.ts";
import type { Registry } from "../storage/registry.ts";
import { proxy } from "./proxy.ts";
import { serveLog } from "./serve-log.ts";

/** Answers about pods over plain HTTP: logs and proxied requests; what needs an upgrade says so. */
export function createPodStreams(containers: ContainerAccess, registry: Registry): PodStreams {
  return {
    handle(request, target) {
      const { resource, subresource, object } = target;
      if (resource === "nodes") {
        throw new StatusError(501, "NotImplemented", "the nodes of this server have no kubelet to proxy requests to");
      }
      switch (subresource) {
        case "log":
          return serveLog(request, object as Pod, containers);
        case "proxy":
          return proxy(request, target, { containers, registry });
        case "exec":
        case "attach":
        case "portforward":
          containers.check(object as Pod, subresource);
          throw badRequest("Upgrade request required");
        default:
          throw new StatusError(501, "NotImplemented", `this server has no ${resource}/${subresource}`);
      }
    },
  };
}
