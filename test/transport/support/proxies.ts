import http from "node:http";
import net from "node:net";
import { type Listening, listen } from "./servers.ts";

/** An HTTP proxy that tunnels and forwards, with what it was asked for. */
export async function httpProxy(
  options: { readonly authorization?: string; readonly answer?: number } = {},
): Promise<Listening & { readonly seen: string[] }> {
  const seen: string[] = [];
  const server = http.createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    const target = new URL(request.url ?? "");
    const forward = http.request(
      {
        host: target.hostname,
        port: target.port,
        path: target.pathname + target.search,
        method: request.method,
        headers: request.headers,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(forward);
  });
  server.on("connect", (request, client: net.Socket, head) => {
    seen.push(`CONNECT ${request.url}`);
    const wanted = options.authorization;
    if (options.answer !== undefined) return client.end(`HTTP/1.1 ${options.answer} Refused\r\n\r\n`);
    if (wanted !== undefined && request.headers["proxy-authorization"] !== wanted) {
      return client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    }
    const { hostname, port } = new URL(`http://${request.url}`);
    const upstream = net.connect(Number(port || 80), hostname.replace(/^\[|\]$/g, ""), () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on("error", () => client.destroy());
    client.on("error", () => upstream.destroy());
    return undefined;
  });
  return Object.assign(await listen(server), { seen });
}

/** A SOCKS5 proxy (RFC 1928) that connects, with the addresses it was asked for. */
export async function socks5Proxy(
  options: { readonly user?: string; readonly password?: string; readonly reply?: number } = {},
): Promise<Listening & { readonly seen: string[] }> {
  const seen: string[] = [];
  const server = net.createServer(async (client) => {
    client.on("error", () => {});
    const read = reader(client);
    const [, count = 0] = await read(2);
    const methods = [...(await read(count))];
    const method = options.user === undefined ? 0 : 2;
    client.write(Buffer.from([5, methods.includes(method) ? method : 255]));
    if (method === 2) {
      const [, userLength = 0] = await read(2);
      const user = (await read(userLength)).toString();
      const [passwordLength = 0] = await read(1);
      const password = (await read(passwordLength)).toString();
      const welcome = user === options.user && password === options.password;
      client.write(Buffer.from([1, welcome ? 0 : 1]));
    }
    const [, , , type] = await read(4);
    const host =
      type === 1
        ? [...(await read(4))].join(".")
        : type === 4
          ? (await read(16)).toString("hex").match(/.{4}/g)?.join(":")
          : (await read((await read(1))[0] ?? 0)).toString();
    const port = (await read(2)).readUInt16BE();
    seen.push(`${host}:${port}`);
    const reply = options.reply ?? 0;
    client.write(Buffer.from([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]));
    if (reply !== 0) return client.end();
    // Names resolve to loopback: the tests' servers are there.
    const upstream = net.connect(port, "127.0.0.1", () => upstream.pipe(client).pipe(upstream));
    upstream.on("error", () => client.destroy());
    return undefined;
  });
  return Object.assign(await listen(server), { seen });
}

function reader(socket: net.Socket): (length: number) => Promise<Buffer> {
  return async (length) => {
    if (length === 0) return Buffer.alloc(0);
    for (;;) {
      const chunk = socket.read(length) as Buffer | null;
      if (chunk !== null) return chunk;
      await new Promise((resolve) => socket.once("readable", resolve));
    }
  };
}
