import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { HandleUpgrade } from "../listener/listener.ts";
import type { ContainerSession } from "../model/container-access.ts";
import type { Peer } from "../model/peer.ts";
import type { PodStreamTarget } from "../model/pod-streams.ts";
import { requestTarget } from "../model/request-target.ts";
import type { ServerRequest } from "../model/server-request.ts";
import { badRequest } from "../model/status-error.ts";
import { chooseContainer } from "../pods/choose-container.ts";
import type { Pod } from "../pods/pod.ts";
import type { CommandChannels } from "./channels.ts";
import { type CommandOptions, commandOptions } from "./command-options.ts";
import { type ProxyContext, proxyUpgrade } from "./proxy.ts";
import { refusalOf, TextRefusal, writeRefusal } from "./refusal.ts";
import { serveCommand } from "./serve-command.ts";
import { sessionStatus } from "./session-status.ts";
import { acceptSpdyCommand, acceptSpdyPorts } from "./spdy/accept.ts";
import { acceptCommand, acceptPorts } from "./websocket.ts";

/** A connection whose client has asked for another protocol. */
export interface Upgrade {
  readonly message: IncomingMessage;
  readonly socket: Duplex;
  /** What the client has sent already. */
  readonly head: Buffer;
}

export interface UpgradeOptions extends ProxyContext {
  /** Authenticates and authorizes; the refusal where that fails. */
  connect(request: ServerRequest, peer?: Peer): PodStreamTarget | Response;
}

/**
 * Takes connections that are to be exec, attach and port-forward, over WebSocket or SPDY/3.1, or another protocol of a
 * proxied program.
 */
export function createUpgrades({ connect, containers, registry }: UpgradeOptions): HandleUpgrade {
  return (request, peer, socket, head, message) => {
    void serve(request, peer, { message, socket, head }).catch((error) => writeRefusal(socket, refusalOf(error)));
  };

  async function serve(request: ServerRequest, peer: Peer, upgrade: Upgrade): Promise<void> {
    const target = connect(request, peer);
    if (target instanceof Response) return writeRefusal(upgrade.socket, target);
    const { resource, subresource, object } = target;
    if (subresource === "proxy" && resource !== "nodes") {
      return proxyUpgrade(request, target, { containers, registry }, upgrade);
    }
    if (resource !== "pods") throw badRequest(`connections to ${resource}/${subresource} are not upgraded`);
    const pod = object as Pod;
    const query = requestTarget(request.url).searchParams;
    switch (subresource) {
      case "exec":
      case "attach":
        return command(subresource, pod, query, upgrade);
      case "portforward":
        requireHost(pod);
        containers.check(pod, subresource);
        return isWebSocket(upgrade)
          ? acceptPorts(upgrade, pod, query, containers)
          : acceptSpdyPorts(upgrade, pod, containers);
      default:
        throw badRequest(`connections to pods/${subresource} are not upgraded`);
    }
  }

  async function command(
    subresource: "exec" | "attach",
    pod: Pod,
    query: URLSearchParams,
    upgrade: Upgrade,
  ): Promise<void> {
    const { name } = chooseContainer(pod, query.get("container") ?? "");
    requireHost(pod);
    containers.check(pod, subresource);
    const options = commandOptions(query);
    const begin = (channels: CommandChannels, translated: boolean): Promise<void> =>
      run(subresource, pod, name, options, channels, translated);
    return isWebSocket(upgrade) ? acceptCommand(upgrade, options, begin) : acceptSpdyCommand(upgrade, options, begin);
  }

  async function run(
    subresource: "exec" | "attach",
    pod: Pod,
    container: string,
    options: CommandOptions,
    channels: CommandChannels,
    translated: boolean,
  ): Promise<void> {
    let session: ContainerSession;
    try {
      session = await containers[subresource](pod, container, options);
    } catch (error) {
      const message = `unable to upgrade connection: ${error instanceof Error ? error.message : String(error)}`;
      channels.finish(sessionStatus({ type: "failed", message }, options.command, false));
      return;
    }
    await serveCommand(session, channels, options, translated);
  }
}

function requireHost(pod: Pod): void {
  if ((pod.spec.nodeName ?? "") === "") throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
}

function isWebSocket({ message }: Upgrade): boolean {
  const protocol = message.headers.upgrade?.toLowerCase();
  if (protocol === "websocket") return true;
  if (protocol === "spdy/3.1") return false;
  throw new TextRefusal(400, `unable to upgrade: unknown protocol ${JSON.stringify(message.headers.upgrade ?? "")}`);
}
