import { pipeline } from "node:stream/promises";
import type { ContainerAccess } from "../model/container-access.ts";
import type { Pod } from "../pods/pod.ts";
import type { PortChannels } from "./channels.ts";

/** Connects a client with a port of a pod, until either has ended. */
export async function servePort(pod: Pod, channels: PortChannels, containers: ContainerAccess): Promise<void> {
  try {
    const connection = await containers.connect(pod, channels.port);
    const sent = pipeline(channels.input, connection).catch(() => {});
    // What the client sent before it went is the program's.
    void channels.closed.then(() => sent).then(() => connection.destroy());
    await Promise.allSettled([
      sent,
      pipeline(connection, channels.output, { end: false }).finally(() => channels.end()),
    ]);
    connection.destroy();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    channels.fail(`error forwarding port ${channels.port} to pod ${pod.metadata.uid}, uid : ${why}`);
  }
}
