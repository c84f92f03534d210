import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { expect, it } from "vitest";
import { connectToLocalPort } from "../../../../src/sandbox/pods/process/local-port.ts";

/** A machine may lack IPv6. */
const addresses = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));

async function listeningOn(host: string): Promise<{ port: number; close: () => Promise<unknown> }> {
  const server = createServer((socket) => socket.end()).listen({ host, port: 0, ipv6Only: true });
  await once(server, "listening");
  const close = (): Promise<unknown> => once(server.close(), "close");
  return { port: (server.address() as AddressInfo).port, close };
}

it.each(["127.0.0.1", "::1"].filter((one) => addresses.includes(one)))(
  "reaches a program that listens on %s alone",
  async (host) => {
    const { port, close } = await listeningOn(host);
    const socket = await connectToLocalPort(port, "n");
    expect(socket.remoteAddress).toBe(host);
    socket.destroy();
    await close();
  },
);

it("says of both families why nothing is reached", async () => {
  const { port, close } = await listeningOn("127.0.0.1");
  await close();
  await expect(connectToLocalPort(port, "pod-uid")).rejects.toThrow(
    new RegExp(
      `^failed to execute .*localhost:${port} inside namespace "pod-uid", IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused IPv6 dial tcp6 \\[::1\\]:${port}: connect: .* $`,
    ),
  );
});
