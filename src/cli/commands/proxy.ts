import path from "node:path";
import { parseDuration } from "../../core/duration.ts";
import { UsageError } from "../../errors.ts";
import type { ProxyOptions } from "../../operations/proxy/proxy.ts";
import { EXIT } from "../../runtime/exit-code.ts";
import type { Command, Invocation } from "../command.ts";
import { listenForInterruption } from "../interruption.ts";
import { openSession } from "../session.ts";
import { write } from "../terminal.ts";

export const command: Command = {
  usage: "proxy",
  description: `Serves the API of the cluster to programs of this machine, which need no credentials of their own, until it is
stopped. It takes kubectl proxy's options.

  kubescript proxy
  kubescript proxy --port 0
  kubescript proxy --unix-socket /tmp/k8s.sock --reject-methods 'POST,PUT,PATCH,DELETE'
  kubescript proxy --www ./page --www-prefix /page/ --api-prefix /k8s
  curl http://127.0.0.1:8001/api/v1/nodes

Expressions are separated by commas and searched for in the path, the method, or the host of the Host header. Requests
that come by another name than this machine's are refused, which keeps web pages out; exec and attach are too, unless
--reject-paths says otherwise. Whoever reaches the address acts as you.`,
  flags: [
    {
      name: "port",
      short: "p",
      type: "string",
      placeholder: "PORT",
      description: "port to listen on; 0 for any free one; default 8001",
    },
    { name: "address", type: "string", placeholder: "ADDRESS", description: "address to listen on; default 127.0.0.1" },
    {
      name: "unix-socket",
      short: "u",
      type: "string",
      placeholder: "FILE",
      description: "Unix socket to listen on instead",
    },
    {
      name: "api-prefix",
      type: "string",
      placeholder: "PATH",
      description: "what stands before the API's paths; default /",
    },
    {
      name: "accept-hosts",
      type: "string",
      placeholder: "REGEX,…",
      description: "hosts to accept; default localhost, 127.0.0.1, [::1]",
    },
    { name: "accept-paths", type: "string", placeholder: "REGEX,…", description: "paths to accept; default all" },
    {
      name: "reject-paths",
      type: "string",
      placeholder: "REGEX,…",
      description: "paths to refuse; default exec and attach",
    },
    { name: "reject-methods", type: "string", placeholder: "REGEX,…", description: "methods to refuse; default none" },
    { name: "disable-filter", type: "boolean", description: "refuse nothing: then any web page can use the proxy" },
    {
      name: "www",
      short: "w",
      type: "string",
      placeholder: "FOLDER",
      description: "folder whose files are served too",
    },
    {
      name: "www-prefix",
      short: "P",
      type: "string",
      placeholder: "PATH",
      description: "what stands before their paths; default /static/",
    },
    {
      name: "append-server-path",
      type: "boolean",
      description: "add the path of the server's URL to requests; the default, =false turns it off",
    },
    {
      name: "keepalive",
      type: "string",
      placeholder: "DURATION",
      description: "idle time after which an upgraded connection is probed",
    },
  ],
  connects: true,
  prints: false,
  async run(invocation) {
    const interruption = listenForInterruption();
    const { signal } = interruption;
    const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    try {
      return await serveProxy(invocation, signal.aborted ? Promise.resolve() : stopped);
    } finally {
      interruption.done();
    }
  },
};

/** Serves until `stopped` resolves. Exit code 0: being stopped is how the command ends. */
export async function serveProxy(invocation: Invocation, stopped: Promise<void>): Promise<number> {
  const { terminal, values, positionals } = invocation;
  if (positionals[0] !== undefined) {
    throw new UsageError("USAGE", `Cannot use "${positionals[0]}": proxy takes options only`);
  }
  const options = readOptions(invocation);
  const session = await openSession(values, terminal);
  try {
    const proxy = await session.k8s.proxy(options);
    for (const warning of warnings(options)) terminal.stderr.write(`Warning: ${warning}\n`);
    await write(terminal.stdout, `Starting to serve on ${proxy.address}\n`);
    await Promise.race([stopped, proxy.closed]);
  } finally {
    await session.close();
  }
  return EXIT.done;
}

function readOptions({ values, terminal }: Invocation): ProxyOptions {
  const text = (name: string): string | undefined => (typeof values[name] === "string" ? values[name] : undefined);
  const file = (name: string): string | undefined => {
    const given = text(name);
    return given === undefined ? undefined : path.resolve(terminal.cwd, given);
  };
  const keepalive = text("keepalive");
  return {
    port: portOf(text("port")),
    address: text("address"),
    unixSocket: file("unix-socket"),
    apiPrefix: text("api-prefix"),
    acceptHosts: text("accept-hosts"),
    acceptPaths: text("accept-paths"),
    rejectPaths: text("reject-paths"),
    rejectMethods: text("reject-methods"),
    disableFilter: values["disable-filter"] === true,
    www: file("www"),
    wwwPrefix: text("www-prefix"),
    appendServerPath: values["append-server-path"] !== false,
    keepAliveMs: keepalive === undefined ? undefined : parseDuration(keepalive),
  };
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw new UsageError("USAGE", `Cannot read --port ${text}: it is no number`);
}

function* warnings({ disableFilter, unixSocket, rejectPaths, rejectMethods }: ProxyOptions): Generator<string> {
  if (disableFilter === true && unixSocket === undefined) {
    yield "nothing is refused: any web page that is open on this machine can use the proxy";
  } else if (disableFilter !== true && (rejectPaths === "" || rejectMethods === "")) {
    yield "the filter is relaxed: what a web page gets through can do more";
  }
}
