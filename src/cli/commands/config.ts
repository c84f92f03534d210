import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import type { Connection } from "../../config/connection.ts";
import { createCredentialSource } from "../../config/create-credential-source.ts";
import { deleteContext, type KubeconfigEdit, setContext, unset, useContext } from "../../config/edit-kubeconfig.ts";
import { loadKubeconfig } from "../../config/load-kubeconfig.ts";
import { resolveConnection } from "../../config/resolve-connection.ts";
import { SHOWN_CREDENTIALS, showCredential } from "../../config/show-credential.ts";
import { currentContext, listContexts, viewKubeconfig } from "../../config/view-kubeconfig.ts";
import { UsageError } from "../../errors.ts";
import { EXIT } from "../../runtime/exit-code.ts";
import type { Command, Invocation } from "../command.ts";
import { connectionFlags } from "../flags.ts";
import { printResult, resultFormat } from "../print-result.ts";

const VERBS = [
  "get-contexts",
  "current-context",
  "view",
  "connection",
  "show",
  "use-context",
  "set-context",
  "delete-context",
  "unset",
];

export const command: Command = {
  usage: "config COMMAND",
  description: `Shows and changes the kubeconfig. Nothing is sent, and no credential is shown unless it is asked for.

  kubescript config get-contexts
  kubescript config current-context
  kubescript config view [--raw]
  kubescript config use-context NAME
  kubescript config set-context NAME --namespace web [--cluster NAME] [--user NAME]
  kubescript config delete-context NAME
  kubescript config unset PROPERTY
  kubescript config show certificate-authority|client-certificate|client-key|token
  kubescript config connection --context staging    where that would connect to, and as whom`,
  flags: [{ name: "raw", type: "boolean", description: "view: with credentials" }],
  connects: true,
  prints: true,
  async run(invocation) {
    const { positionals, values, terminal } = invocation;
    const how = resultFormat(values, terminal);
    await printResult(await answer(positionals[0] ?? "get-contexts", positionals[1], invocation), how, terminal);
    return EXIT.done;
  },
};

async function answer(verb: string, subject: string | undefined, { values, terminal }: Invocation): Promise<unknown> {
  const flags = connectionFlags(values);
  if (verb === "show") return shown(subject, await resolveConnection({ flags, env: terminal.env }));
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
    case "use-context":
      return save(useContext(kubeconfig, required(subject, verb)));
    case "set-context": {
      const { cluster, user, namespace } = flags;
      const fallback = path.join(homedir(), ".kube", "config");
      return save(setContext(kubeconfig, required(subject, verb), { cluster, user, namespace }, fallback));
    }
    case "delete-context":
      return save(deleteContext(kubeconfig, required(subject, verb)));
    case "unset":
      return save(unset(kubeconfig, required(subject, verb)));
    default:
      throw new UsageError("USAGE", `Unknown config command "${verb}"`, { hint: `There is ${VERBS.join(", ")}.` });
  }
}

function required(subject: string | undefined, verb: string): string {
  if (subject !== undefined) return subject;
  throw new UsageError("USAGE", `Cannot ${verb}: there is no name`, { hint: `kubescript config ${verb} NAME` });
}

async function shown(what: string | undefined, connection: Connection): Promise<string> {
  const known = SHOWN_CREDENTIALS.find((one) => one === what);
  if (known !== undefined) return showCredential(connection, createCredentialSource(connection), known);
  throw new UsageError("USAGE", `Cannot show ${what ?? "a credential"}: there is no such one`, {
    hint: `There is ${SHOWN_CREDENTIALS.join(", ")}.`,
  });
}

/** Writes beside the file and puts it in its place, so that it is never half written. */
async function save(edit: KubeconfigEdit): Promise<undefined> {
  await mkdir(path.dirname(edit.path), { recursive: true });
  const fresh = `${edit.path}.${process.pid}.tmp`;
  await writeFile(fresh, edit.text, { mode: 0o600 });
  await rename(fresh, edit.path);
  return undefined;
}
