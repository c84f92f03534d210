import { once } from "node:events";
import { connect, type Socket } from "node:net";

/**
 * Connects to a port of this machine's loopback, by IPv4 or else by IPv6, as a program may listen on either. Rejects in
 * the words of containerd: https://github.com/containerd/containerd/blob/main/internal/cri/server/podsandbox/sandbox_portforward_linux.go
 * @param namespace what the pod's network goes by
 */
export async function connectToLocalPort(port: number, namespace: string): Promise<Socket> {
  const failures: string[] = [];
  for (const [network, host] of [
    ["tcp4", "127.0.0.1"],
    ["tcp6", "::1"],
  ] as const) {
    try {
      const socket = connect({ host, port, allowHalfOpen: true });
      await once(socket, "connect");
      return socket;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      const address = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
      const why = code === "ECONNREFUSED" ? "connection refused" : String(error);
      failures.push(`dial ${network} ${address}: connect: ${why}`);
    }
  }
  const [ipv4, ipv6] = failures;
  throw new Error(
    `failed to execute portforward in network namespace "host": failed to connect to localhost:${port} inside namespace "${namespace}", IPv4: ${ipv4} IPv6 ${ipv6} `,
  );
}
