import type { Socket } from "node:net";
import { ConnectionError } from "../../errors.ts";
import type { Timing } from "../../resources/timing.ts";
import type { ChannelSocket } from "../../transport/transport.ts";
import { dataFrame, portFrameReader } from "./frames.ts";

/** One connection to carry. */
export interface CarryOptions {
  /** What it leads to, for messages: `port 80 of pods "web-0"`. */
  readonly label: string;
  /** How long the pod may be silent once the client has finished sending, and the client once the pod has. */
  readonly lingerMs: number;
  readonly timing: Timing;
}

/** How much went over a connection. */
export interface Carried {
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** An error message that has no end is not read to it. */
const MAX_ERROR = 4096;

/**
 * Carries bytes both ways, each at its reader's pace, until either side has ended. Throws ConnectionError where the pod
 * refuses or the server is lost; the client's connection is then reset, so that it cannot take what it got for whole.
 * Neither socket is left open.
 *
 * The protocol cannot say that the client has finished sending. So that what it still waits for arrives, the pod is
 * given `lingerMs` from its last byte before the connection ends; the pod's program does not see the end before that.
 */
export async function carry(local: Socket, remote: ChannelSocket, options: CarryOptions): Promise<Carried> {
  const { label, lingerMs, timing } = options;
  const bytes = { sentBytes: 0, receivedBytes: 0 };
  const endRemote = (): void => remote.close(1000);
  let sending = true;
  let silent = true;
  let timer: { cancel(): void } | undefined;
  const linger = (run: () => void): void => {
    timer?.cancel();
    timer = timing.after(lingerMs, run);
  };
  const lingerInSilence = (): void => {
    if (silent && !sending) linger(endRemote);
  };
  const silence: Silence = {
    begin: () => {
      silent = true;
      lingerInSilence();
    },
    end: () => {
      silent = false;
      timer?.cancel();
    },
  };

  local.on("data", (chunk: Buffer) => {
    local.pause();
    bytes.sentBytes += chunk.length;
    // A frame that cannot be sent is the end of the connection, which the frames tell.
    remote.send(dataFrame(chunk)).then(
      () => local.resume(),
      () => {},
    );
  });
  local.once("end", () => {
    sending = false;
    // Not while the client is what is waited for: it may have much to read yet.
    lingerInSilence();
  });
  local.once("close", endRemote);
  // An error is followed by the close.
  local.on("error", () => {});
  local.resume();

  try {
    const refusal = await receive(local, remote, bytes, silence);
    if (refusal !== "") throw refused(refusal, label);
    await ended(local, linger);
    return bytes;
  } catch (error) {
    local.resetAndDestroy();
    throw error;
  } finally {
    timer?.cancel();
    local.destroy();
    endRemote();
  }
}

/** The time in which the pod says nothing, though the client would take it. */
interface Silence {
  begin(): void;
  end(): void;
}

/** Hands what the pod sends to the client; returns what the server said on the channel for errors. */
async function receive(
  local: Socket,
  remote: ChannelSocket,
  bytes: { receivedBytes: number },
  silence: Silence,
): Promise<string> {
  const read = portFrameReader();
  let said = "";
  for await (const message of remote.frames) {
    const frame = read(message);
    if (frame === undefined) continue;
    if (frame.type === "error") {
      said = `${said}${Buffer.from(frame.payload).toString("utf8")}`.slice(0, MAX_ERROR);
      continue;
    }
    if (local.destroyed) break;
    bytes.receivedBytes += frame.payload.length;
    silence.end();
    if (!local.write(frame.payload)) await drained(local);
    silence.begin();
  }
  return said;
}

function drained(local: Socket): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      local.off("drain", go).off("close", go);
      resolve();
    };
    local.on("drain", go).on("close", go);
    if (local.destroyed) go();
  });
}

/**
 * Tells the client that the pod has ended, and gives it time to end too: what it still sends would undo its answer. That
 * time begins when the client has been given all of it, however slowly it reads.
 */
function ended(local: Socket, linger: (run: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    if (local.destroyed) return resolve();
    local.once("close", () => resolve());
    local.removeAllListeners("data");
    local.resume();
    local.once("finish", () => linger(() => local.destroy())).end();
  });
}

function refused(said: string, label: string): ConnectionError {
  const text = said.trim();
  if (/connection refused|ECONNREFUSED/.test(text)) {
    return new ConnectionError("CONNECTION_REFUSED", `Cannot connect to ${label}: nothing listens there`, {
      cause: new Error(text),
      hint: "The program may not be up yet, or listen on another port, or not on the pod's localhost.",
      retryable: true,
    });
  }
  return new ConnectionError("CONNECTION_LOST", `Cannot connect to ${label}: ${text}`, { retryable: true });
}
