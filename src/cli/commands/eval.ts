import { UsageError } from "../../errors.ts";
import { prepare } from "../../repl/evaluate.ts";
import type { Command } from "../command.ts";
import { preferQuickExit } from "../quick-exit.ts";
import { runWithGlobals, TIMEOUT_FLAG } from "../script-session.ts";

export const command: Command = {
  usage: "eval CODE [ARGS]",
  description: `Evaluates TypeScript and prints the value of its last expression; a promise is awaited.

  kubescript eval 'k8s.pods.list()'
  kubescript eval -n kube-system 'k8s.pods.list({ labels: "k8s-app=kube-dns" })' -o name
  kubescript eval --sandbox '(await k8s.nodes.list()).map((node) => node.metadata.name)'`,
  flags: [TIMEOUT_FLAG],
  connects: true,
  prints: true,
  async run({ values, positionals, terminal }) {
    preferQuickExit();
    const [code, ...words] = positionals;
    if (code === undefined)
      throw new UsageError("USAGE", "Cannot evaluate: there is no code", { hint: "kubescript eval 'k8s.pods.list()'" });
    const name = "[eval]";
    const evaluation = prepare(code, name);
    return runWithGlobals(values, terminal, { _: words }, async ({ signal }) => {
      const { value } = await evaluation.run({ name, signal, folder: `${terminal.cwd}/`, tidies: true });
      return value;
    });
  },
};
