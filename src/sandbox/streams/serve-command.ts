import { finished, pipeline } from "node:stream/promises";
import type { ContainerSession, SessionEnd } from "../model/container-access.ts";
import type { CommandChannels } from "./channels.ts";
import type { CommandOptions } from "./command-options.ts";
import { sessionStatus } from "./session-status.ts";

/** Connects a command with its client, until the one has ended or the other has gone. */
export async function serveCommand(
  session: ContainerSession,
  channels: CommandChannels,
  options: CommandOptions,
  translated: boolean,
): Promise<void> {
  channels.onResize((columns, rows) => session.resize(columns, rows));
  if (session.stdin !== undefined) {
    // A process that has stopped reading is no failure: its end tells.
    pipeline(channels.stdin, session.stdin).catch(() => undefined);
  } else {
    channels.stdin.resume();
  }
  const outputs = [
    options.stdout ? pipeline(session.stdout, channels.stdout, { end: false }) : drain(session.stdout),
    options.stderr ? pipeline(session.stderr, channels.stderr, { end: false }) : drain(session.stderr),
  ];
  const ended: Promise<SessionEnd | undefined> = session.ended.then(async (end) => {
    await Promise.allSettled(outputs);
    return end;
  });
  const end = await Promise.race([ended, channels.closed.then(() => undefined)]);
  if (end === undefined) session.close();
  else channels.finish(sessionStatus(end, options.command, translated));
  await Promise.allSettled(outputs);
}

async function drain(stream: NodeJS.ReadableStream): Promise<void> {
  stream.resume();
  await finished(stream);
}
