import type { ContainerAccess } from "../model/container-access.ts";
import type { PodStreams } from "../model/pod-streams.ts";
import { badRequest, StatusError } from "../model/status-error.ts";
import type { Pod } from "../pods/pod.ts";
import { serveLog } from "./serve-log.ts";

/** Answers about pods over plain HTTP: logs and proxied requests; what needs an upgrade says so. */
export function createPodStreams(containers: ContainerAccess): PodStreams {
  return {
    handle(request, { resource, subresource, object }) {
      if (resource === "pods" && subresource === "log") return serveLog(request, object as Pod, containers);
      if (resource === "pods" && subresource === "proxy") containers.check(object as Pod, "proxy");
      if (subresource === "exec" || subresource === "attach" || subresource === "portforward") {
        containers.check(object as Pod, subresource);
        throw badRequest("Upgrade request required");
      }
      throw new StatusError(501, "NotImplemented", `this server does not proxy requests to ${resource}`);
    },
  };
}
