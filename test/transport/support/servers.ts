import http from "node:http";
import https from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import type { Connection } from "../../../src/config/connection.ts";

/** A server on loopback that a test started, with the sockets it has seen. */
export interface Listening<S extends Server = Server> extends AsyncDisposable {
  readonly server: S;
  readonly port: number;
  readonly sockets: Set<Socket>;
}

/** Listens on a free loopback port; disposing ends every connection. */
export async function listen<S extends Server>(server: S): Promise<Listening<S>> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    server,
    port: (server.address() as AddressInfo).port,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export async function listenHttp(handler: http.RequestListener): Promise<Listening<http.Server>> {
  return listen(http.createServer(handler));
}

export async function listenHttps(
  options: https.ServerOptions,
  handler: http.RequestListener,
): Promise<Listening<https.Server>> {
  return listen(https.createServer(options, handler));
}

/** A Connection for a test, with what matters overridden. */
export function connectionTo(server: string, overrides: Partial<Connection> = {}): Connection {
  return {
    context: "test",
    cluster: "test",
    user: "tester",
    namespace: "default",
    server,
    tls: { insecureSkipVerify: false },
    credential: { type: "none" },
    disableCompression: false,
    files: [],
    ...overrides,
  };
}

/** Resolves once the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
