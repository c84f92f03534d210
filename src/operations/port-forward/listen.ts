import { createServer, isIP, type Server, type Socket } from "node:net";
import { errorCode } from "../../core/error-code.ts";
import { UsageError } from "../../errors.ts";

/** A local port that is listened on, on one or several addresses. */
export interface Listening {
  readonly port: number;
  readonly addresses: readonly string[];
  /** Takes no more connections. Idempotent. */
  close(): Promise<void>;
}

/** Told of each connection, and of what goes wrong once the port is listened on. */
export interface ListenHandlers {
  readonly onConnection: (socket: Socket) => void;
  readonly onError: (error: Error) => void;
}

/** As for kubectl both loopback addresses, of which a machine may lack the second. */
const LOCALHOST = ["127.0.0.1", "::1"];
const ABSENT_ADDRESS = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL"]);
/** A port that was free on the first address may be taken on another. */
const FREE_PORT_TRIES = 20;
/** Connections that come in one go wait in the kernel. */
const BACKLOG = 1024;

/** Refuses what is neither an IP address nor `localhost`. Repeated ones are dropped. */
export function localAddresses(address: string | readonly string[] = "localhost"): string[] {
  const wanted = [...new Set([address].flat().map((one) => String(one).replace(/^\[(.*)\]$/, "$1")))];
  const wrong = wanted.find((one) => one !== "localhost" && isIP(one) === 0);
  if (wrong === undefined && wanted.length > 0) return wanted;
  const what = wrong === undefined ? "no address is given" : `${JSON.stringify(wrong)} is not an IP address`;
  throw new UsageError("INVALID_INPUT", `Cannot listen: ${what}`, {
    hint: 'Give "localhost", or addresses of this machine; "0.0.0.0" is all of them.',
  });
}

/**
 * Listens on a port of every address, with 0 on one that is free on all of them. Connections arrive paused and stay
 * open when the client has finished sending. Throws UsageError where the port cannot be had; nothing is left open then.
 */
export async function listen(addresses: readonly string[], port: number, handlers: ListenHandlers): Promise<Listening> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await listenOnce(addresses, port, handlers);
    } catch (error) {
      if (port !== 0 || errorCode(error) !== "EADDRINUSE" || tries >= FREE_PORT_TRIES) throw explained(error);
    }
  }
}

async function listenOnce(addresses: readonly string[], wanted: number, handlers: ListenHandlers): Promise<Listening> {
  const servers: Server[] = [];
  const bound: string[] = [];
  let port = wanted;
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  };
  const bind = async (host: string): Promise<void> => {
    const server = await open(host, port, handlers);
    servers.push(server);
    bound.push(host);
    port = (server.address() as { port: number }).port;
  };
  try {
    for (const address of addresses) {
      if (address !== "localhost") {
        await bind(address);
        continue;
      }
      const before = bound.length;
      let absent: unknown;
      for (const host of LOCALHOST) {
        if (bound.includes(host)) continue;
        try {
          await bind(host);
        } catch (error) {
          if (!ABSENT_ADDRESS.has(errorCode(error))) throw error;
          absent = error;
        }
      }
      if (bound.length === before && absent !== undefined) throw absent;
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { port, addresses: bound, close };
}

function open(host: string, port: number, { onConnection, onError }: ListenHandlers): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, onConnection);
    server.once("error", (error) => reject(Object.assign(error, { host, port })));
    server.listen({ host, port, backlog: BACKLOG, ipv6Only: true }, () => {
      server.removeAllListeners("error");
      server.on("error", onError);
      resolve(server);
    });
  });
}

function explained(error: unknown): unknown {
  const { host = "", port = 0 } = error as { host?: string; port?: number };
  const shown = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  switch (errorCode(error)) {
    case "EADDRINUSE":
      return new UsageError("USAGE", `Cannot listen on ${shown}: the port is taken`, {
        cause: error,
        hint: 'Choose another local port, "9090:80", or let one be chosen: ":80" or { localPort: 0 }.',
      });
    case "EACCES":
      return new UsageError("USAGE", `Cannot listen on ${shown}: this user may not`, {
        cause: error,
        hint: 'Ports below 1024 are often reserved: choose a higher one, "8080:80", or let one be chosen: ":80".',
      });
    case "EADDRNOTAVAIL":
    case "EAFNOSUPPORT":
      return new UsageError("USAGE", `Cannot listen on ${shown}: this machine has no such address`, {
        cause: error,
        hint: 'Give one that it has; "0.0.0.0" is all of them.',
      });
    default:
      return error;
  }
}
