import { homedir } from "node:os";
import { historyFile } from "../../repl/history.ts";
import { EXIT } from "../../runtime/exit-code.ts";
import { packageRoot } from "../../runtime/package-root.ts";
import type { Command, Invocation } from "../command.ts";
import { openSession } from "../session.ts";
import { hasColor, write } from "../terminal.ts";

export const command: Command = {
  usage: "[prompt]",
  description: `A TypeScript prompt on the cluster. Results are printed as kubectl prints them, promises are awaited, a watch is
printed until Ctrl-C; .help lists what begins with a dot. Standard input that is no terminal is run as a script.

  kubescript
  kubescript --context staging -n web
  kubescript --sandbox`,
  flags: [],
  connects: true,
  prints: true,
  async run(invocation) {
    const { terminal, values, positionals } = invocation;
    if (terminal.stdin.isTTY !== true) return runInput(invocation);
    const session = await openSession(values, terminal, {
      printed: true,
      ownsStdin: true,
      offerSandbox: () =>
        write(
          terminal.stderr,
          "No cluster is configured, so this is the sandbox: an API server inside this\n" +
            "process, gone when you leave. For a cluster of yours, set KUBECONFIG or pass\n" +
            "--kubeconfig, --context or --server.\n",
        ),
    });
    try {
      const { runPrompt } = await import("../../repl/prompt.ts");
      const where = session.sandbox ? "the sandbox" : session.k8s.server;
      const { version } = packageRoot();
      // What there is to explore in a sandbox stands in a namespace of its own.
      const first =
        session.sandbox && session.k8s.namespace === "default" ? ".in shop, then k8s.pods.list()" : "k8s.pods.list()";
      await write(terminal.stdout, `kubescript ${version} on ${where}. Try ${first}; or .help\n`);
      session.progress.allow(false);
      const end = await runPrompt({
        onRunning: session.progress.allow,
        onReader: session.lender.setReader,
        k8s: session.k8s,
        traced: session.traced,
        stdin: terminal.stdin,
        stdout: terminal.stdout,
        env: terminal.env,
        cwd: terminal.cwd,
        color: hasColor(terminal, "stdout"),
        now: terminal.now,
        historyFile: historyFile({ env: terminal.env, homeDirectory: homedir() }),
        words: positionals,
      });
      return end === "left" ? EXIT.done : EXIT.terminated;
    } finally {
      await session.close();
    }
  },
};

async function runInput(invocation: Invocation): Promise<number> {
  const run = (await import("./run.ts")).command;
  return run.run({ ...invocation, positionals: ["-"], rest: [] });
}
