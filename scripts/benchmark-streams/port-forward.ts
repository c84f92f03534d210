import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { StreamBenchmark } from "../benchmark-streams.ts";
import type { Stage } from "./stage.ts";

const CHUNK = Buffer.alloc(1024 * 1024);
const MANY = 1000;

/**
 * Bytes through a forwarded port both ways, whose client is a program of its own as in life; and many connections at once,
 * whose clients are in the same process. The programs behind the port are here: the pods of a sandbox are on the same machine.
 */
export const benchmark: StreamBenchmark = {
  async run(stage: Stage): Promise<void> {
    const { pod, mebibytes } = stage;
    const total = mebibytes * 1024 * 1024;
    const servers = await Promise.all([
      listening((socket) => void pour(socket, mebibytes)),
      listening(swallow),
      listening(echo),
    ]);
    const [source = 0, sink = 0, echoing = 0] = servers.map((server) => (server.address() as { port: number }).port);
    const forward = (port: number): string => `const net = await import("node:net");
      const { once } = await import("node:events");
      await using forward = await k8s.pods.portForward("${pod}", ":${port}");
      const open = () => net.connect(forward.localPort, "127.0.0.1");`;
    // The client is told its port and its total as arguments.
    const client = (port: number, code: string): string => `${forward(port)}
      const { spawn } = await import("node:child_process");
      const words = ["--input-type=module", "-e", ${JSON.stringify(code)}, forward.localPort, ${total}];
      const child = spawn(process.execPath, words.map(String), { stdio: "inherit" });
      const [code] = await once(child, "exit");
      if (code !== 0) throw new Error("the client failed");`;
    const down = `import net from "node:net";
      let bytes = 0;
      for await (const chunk of net.connect(process.argv[1], "127.0.0.1")) bytes += chunk.length;
      if (bytes !== Number(process.argv[2])) throw new Error(bytes + " bytes came");`;
    await stage.measureCode(`${mebibytes} MiB from a forwarded port`, mebibytes, client(source, down));
    const up = `import net from "node:net";
      import { once } from "node:events";
      const socket = net.connect(process.argv[1], "127.0.0.1");
      const chunk = Buffer.alloc(1024 * 1024);
      const total = Number(process.argv[2]);
      for (let sent = 0; sent < total; sent += chunk.length) if (!socket.write(chunk)) await once(socket, "drain");
      socket.write("\\n");
      const [answer] = await once(socket, "data");
      if (Number(answer) !== total + 1) throw new Error(answer + " bytes arrived");
      socket.destroy();`;
    await stage.measureCode(`${mebibytes} MiB to a forwarded port`, mebibytes, client(sink, up));
    const many = `${forward(echoing)}
      const answers = Array.from({ length: ${MANY} }, async (_, index) => {
        const socket = open();
        socket.write(String(index));
        const [answer] = await once(socket, "data");
        if (String(answer) !== String(index)) throw new Error(\`\${answer} for \${index}\`);
        return socket;
      });
      for (const socket of await Promise.all(answers)) socket.destroy();`;
    await stage.measureCode(`${MANY} connections at once`, 0, many);
    for (const server of servers) server.close();
  },
};

async function listening(onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => onConnection(socket.on("error", () => undefined)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function pour(socket: Socket, mebibytes: number): Promise<void> {
  for (let sent = 0; sent < mebibytes && !socket.destroyed; sent += 1) {
    if (!socket.write(CHUNK)) await once(socket, "drain");
  }
  socket.end();
}

/** Counts to the end of a line, and says how much came. */
function swallow(socket: Socket): void {
  let bytes = 0;
  socket.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (chunk.at(-1) === 10) socket.write(String(bytes));
  });
}

function echo(socket: Socket): void {
  socket.pipe(socket);
}
