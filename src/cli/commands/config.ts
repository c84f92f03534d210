import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { loadKubeconfig } from "../../config/load-kubeconfig.ts";
import { resolveConnection } from "../../config/resolve-connection.ts";
import { currentContext, listContexts, viewKubeconfig } from "../../config/view-kubeconfig.ts";
import { UsageError } from "../../errors.ts";
import { EXIT } from "../../runtime/exit-code.ts";
import type { Command, Invocation } from "../command.ts";
import { connectionFlags } from "../flags.ts";
import { printResult, resultFormat } from "../print-result.ts";

const VERBS = ["get-contexts", "current-context", "view", "connection"];

export const command: Command = {
  usage: "config get-contexts|current-context|view|connection",
  description: `Shows the configuration as it is understood; nothing is sent and no secret is shown.

  kubescript config get-contexts
  kubescript config connection --context staging    where that would connect to, and as whom`,
  flags: [{ name: "raw", type: "boolean", description: "view: with credentials" }],
  connects: true,
  prints: true,
  async run(invocation) {
    const { positionals, values, terminal } = invocation;
    const how = resultFormat(values, terminal);
    await printResult(await answer(positionals[0] ?? "get-contexts", invocation), how, terminal);
    return EXIT.done;
  },
};

async function answer(verb: string, { values, terminal }: Invocation): Promise<unknown> {
  const flags = connectionFlags(values);
  if (verb === "connection") {
    const connection = await resolveConnection({ flags, env: terminal.env });
    const { context, cluster, user, namespace, server, credential, files } = connection;
    return { context, cluster, user, namespace, server, credential: credential.type, files: files.join(" ") };
  }
  const kubeconfig = await loadKubeconfig({
    kubeconfig: flags.kubeconfig,
    env: terminal.env,
    homeDirectory: homedir(),
    currentDirectory: terminal.cwd,
    readFile: (file) => readFile(file, "utf8"),
  });
  switch (verb) {
    case "get-contexts":
      return listContexts(kubeconfig);
    case "current-context":
      return currentContext(kubeconfig);
    case "view":
      return viewKubeconfig(kubeconfig, { raw: values.raw === true });
    default:
      throw new UsageError("USAGE", `Unknown config command "${verb}"`, { hint: `There is ${VERBS.join(", ")}.` });
  }
}
