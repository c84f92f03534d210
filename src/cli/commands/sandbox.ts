import { writeFile } from "node:fs/promises";
import path from "node:path";
import { UsageError } from "../../errors.ts";
import type { Command } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { listenForInterruption } from "../interruption.ts";
import { write } from "../terminal.ts";

export const command: Command = {
  usage: "sandbox",
  description: `Serves an API server of its own until it is stopped, for kubectl and any other client. It lives in memory: what it
holds is gone when it stops.

  kubescript sandbox --port 0 --kubeconfig sandbox.kubeconfig
  KUBECONFIG=sandbox.kubeconfig kubectl get nodes`,
  flags: [
    {
      name: "port",
      type: "string",
      placeholder: "PORT",
      description: "port to listen on; 0, the default, for any free one",
    },
    { name: "host", type: "string", placeholder: "ADDRESS", description: "address to listen on; default 127.0.0.1" },
    {
      name: "kubeconfig",
      type: "string",
      placeholder: "FILE",
      description: "where to write the kubeconfig; default sandbox.kubeconfig",
    },
    {
      name: "token-auth-file",
      type: "string",
      placeholder: "FILE",
      description: "static tokens, in kube-apiserver's format",
    },
    {
      name: "user",
      type: "string",
      multiple: true,
      placeholder: "NAME[:GROUP,…]",
      description: "user to add to the kubeconfig; may be repeated",
    },
  ],
  connects: false,
  prints: false,
  async run({ values, positionals, terminal }) {
    if (positionals.length > 0)
      throw new UsageError("USAGE", `Cannot use "${positionals[0]}": sandbox takes options only`);
    const port = Number(values.port ?? 0);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new UsageError("USAGE", `Cannot listen on port ${String(values.port)}: it is a number from 0 to 65535`);
    }
    const { startSandbox } = await import("../../sandbox/listener/start-sandbox.ts");
    const sandbox = await startSandbox({
      port,
      users: ((values.user ?? []) as readonly string[]).map(userOf),
      ...(typeof values.host === "string" ? { host: values.host } : {}),
      ...(typeof values["token-auth-file"] === "string"
        ? { staticTokens: await readTokens(path.resolve(terminal.cwd, values["token-auth-file"])) }
        : {}),
    });
    const interruption = listenForInterruption();
    try {
      const file = path.resolve(
        terminal.cwd,
        typeof values.kubeconfig === "string" ? values.kubeconfig : "sandbox.kubeconfig",
      );
      await writeFile(file, sandbox.kubeconfig, { mode: 0o600 });
      await write(terminal.stderr, `Serving ${sandbox.url}; kubeconfig in ${file}; Ctrl-C stops.\n`);
      if (!interruption.signal.aborted) {
        await new Promise((resolve) => interruption.signal.addEventListener("abort", resolve, { once: true }));
      }
      return EXIT.done;
    } finally {
      await sandbox.close();
      interruption.done();
    }
  },
};

function userOf(text: string): { username: string; groups: string[] } {
  const [username = "", groups = ""] = text.split(":", 2);
  if (username === "")
    throw new UsageError("USAGE", `Cannot add the user "${text}": write it as NAME or NAME:GROUP,GROUP`);
  return { username, groups: groups.split(",").filter((group) => group !== "") };
}

async function readTokens(file: string): Promise<Awaited<ReturnType<typeof parse>>> {
  const { readFile } = await import("node:fs/promises");
  return parse(await readFile(file, "utf8"));
}

/** Lines of `token,user,uid,"group1,group2"`. https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file */
function parse(text: string): Map<string, { username: string; uid: string; groups: string[] }> {
  const tokens = new Map<string, { username: string; uid: string; groups: string[] }>();
  for (const line of text.split("\n")) {
    const [token, username, uid, groups = ""] = [...line.trim().matchAll(/"([^"]*)"|([^,]+)/g)].map(
      (match) => match[1] ?? match[2] ?? "",
    );
    if (token === undefined || username === undefined || uid === undefined) continue;
    tokens.set(token, { username, uid, groups: groups.split(",").filter((group) => group !== "") });
  }
  return tokens;
}
