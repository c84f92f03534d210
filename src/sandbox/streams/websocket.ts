import type { WebSocket } from "ws";
import type { ContainerAccess } from "../model/container-access.ts";
import type { Pod } from "../pods/pod.ts";
import type { CommandChannels } from "./channels.ts";
import { type CommandOptions, forwardedPorts } from "./command-options.ts";
import { TextRefusal } from "./refusal.ts";
import { servePort } from "./serve-port.ts";
import { serveSpdyPorts } from "./spdy/accept.ts";
import type { Upgrade } from "./upgrade.ts";
import { commandChannels, portChannels, tunnelled } from "./websocket-channels.ts";

const V5 = "v5.channel.k8s.io";
const V4 = "v4.channel.k8s.io";
/** kubectl's port-forward since 1.31: SPDY, as it has always been, carried in WebSocket messages. */
const SPDY_TUNNEL = "SPDY/3.1+portforward.k8s.io";

/** Upgrades to a command's channels. */
export async function acceptCommand(
  upgrade: Upgrade,
  options: CommandOptions,
  begin: (channels: CommandChannels, translated: boolean) => Promise<void>,
): Promise<void> {
  const protocol = negotiate(upgrade, [V5, V4]);
  const socket = await accept(upgrade, protocol);
  try {
    await begin(commandChannels(socket, options), protocol === V5);
  } catch {
    socket.close(1011);
  }
}

/** Upgrades to the channels of the ports that the query names, or to a tunnel that opens them by itself. */
export async function acceptPorts(
  upgrade: Upgrade,
  pod: Pod,
  query: URLSearchParams,
  containers: ContainerAccess,
): Promise<void> {
  const offered = offeredProtocols(upgrade);
  if (offered.includes(SPDY_TUNNEL)) {
    const { input, output } = tunnelled(await accept(upgrade, SPDY_TUNNEL));
    await serveSpdyPorts(input, output, pod, containers);
    return;
  }
  const ports = forwardedPorts(query);
  const socket = await accept(upgrade, negotiate(upgrade, [V4]));
  await Promise.all(portChannels(socket, ports).map((channels) => servePort(pod, channels, containers)));
}

/** The first protocol the client offers that is known. Throws the 403. */
function negotiate(upgrade: Upgrade, known: readonly string[]): string {
  const protocol = offeredProtocols(upgrade).find((one) => known.includes(one));
  if (protocol === undefined) throw new TextRefusal(403, "");
  return protocol;
}

function offeredProtocols({ message }: Upgrade): string[] {
  return (message.headers["sec-websocket-protocol"] ?? "").split(",").map((one) => one.trim());
}

/** Resolves with the open socket. A handshake that is no WebSocket's is answered by the library. */
async function accept({ message, socket, head }: Upgrade, protocol: string): Promise<WebSocket> {
  const { WebSocketServer } = await import("ws");
  const server = new WebSocketServer({ noServer: true, handleProtocols: () => protocol, perMessageDeflate: false });
  return new Promise((resolve) => server.handleUpgrade(message, socket, head, resolve));
}
