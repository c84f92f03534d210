import type { PodStreams } from "../model/pod-streams.ts";
import { badRequest, StatusError } from "../model/status-error.ts";
import type { Pod } from "../pods/pod.ts";
import { type KubeletContext, proxyToNode } from "./node-proxy.ts";
import { proxy } from "./proxy.ts";
import { serveLog } from "./serve-log.ts";

/** Answers about pods over plain HTTP: logs and proxied requests; what needs an upgrade says so. */
export function createPodStreams(context: KubeletContext): PodStreams {
  const { containers } = context;
  return {
    handle(request, target) {
      const { resource, subresource, object } = target;
      switch (subresource) {
        case "proxy":
          return resource === "nodes" ? proxyToNode(request, target, context) : proxy(request, target, context);
        case "log":
          return serveLog(request, object as Pod, containers);
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
