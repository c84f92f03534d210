import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import type { Connection } from "../../config/connection.ts";
import { createCredentialSource } from "../../config/create-credential-source.ts";
import { flattenKubeconfig } from "../../config/flatten-kubeconfig.ts";
import { requireContext } from "../../config/kubeconfig-document.ts";
import {
  type Kubeconfig,
  kubeconfigPaths,
  type LoadOptions,
  loadKubeconfig,
  mergeKubeconfigs,
} from "../../config/load-kubeconfig.ts";
import { resolveConnection } from "../../config/resolve-connection.ts";
import { SHOWN_CREDENTIALS, showCredential } from "../../config/show-credential.ts";
import { currentContext, listContexts, viewKubeconfig } from "../../config/view-kubeconfig.ts";
import { writeKubeconfig } from "../../config/write-kubeconfig.ts";
import { isKubescriptError, UsageError } from "../../errors.ts";
import { EXIT } from "../../runtime/exit-code.ts";
import type { Command, Invocation } from "../command.ts";
import { contexts } from "../completion/flag-values.ts";
import { type Asked, NOTHING, type Offer, suggest } from "../completion/suggestion.ts";
import { CHANGES, type ChangeWords } from "../config/change.ts";
import { connectionFlags } from "../flags.ts";
import { printResult, resultFormat } from "../print-result.ts";
import { write } from "../terminal.ts";

const READING = ["get-contexts", "get-clusters", "get-users", "current-context", "view", "connection", "show"];
const VERBS = [...READING, ...Object.keys(CHANGES)];

export const command: Command = {
  usage: "config COMMAND",
  description: `Shows and changes the kubeconfig. Nothing is sent, and no credential is shown unless it is asked for.

  kubescript config get-contexts [NAME]
  kubescript config get-clusters, get-users
  kubescript config current-context
  kubescript config view [--raw] [--minify] [--flatten]
  kubescript config use-context NAME
  kubescript config set-context NAME|--current --namespace web [--cluster NAME] [--user NAME]
  kubescript config rename-context OLD NEW
  kubescript config delete-context NAME
  kubescript config unset PROPERTY
  kubescript config show certificate-authority|client-certificate|client-key|token
  kubescript config connection --context staging    where that would connect to, and as whom`,
  flags: [
    { name: "raw", type: "boolean", description: "view: with credentials" },
    { name: "minify", type: "boolean", description: "view: only what the context needs" },
    { name: "flatten", type: "boolean", description: "view: with the contents of certificate files" },
    { name: "current", type: "boolean", description: "set-context: the current one" },
  ],
  connects: true,
  prints: true,
  offer,
  async run(invocation) {
    const { positionals, values, terminal } = invocation;
    const how = resultFormat(values, terminal);
    const [verb = "get-contexts", ...subjects] = positionals;
    await printResult(await answer(verb, subjects, invocation), how, terminal);
    return EXIT.done;
  },
};

function offer(asked: Asked): Promise<Offer> | Offer {
  const [verb, ...subjects] = asked.positionals;
  if (verb === undefined) return suggest(VERBS);
  if (subjects.length > 0) return NOTHING;
  if (verb.endsWith("-context") && verb !== "current-context") return contexts(asked);
  return verb === "show" ? suggest(SHOWN_CREDENTIALS) : NOTHING;
}

async function answer(verb: string, subjects: readonly string[], { values, terminal }: Invocation): Promise<unknown> {
  const flags = connectionFlags(values);
  const [subject, extra] = subjects;
  if (READING.includes(verb) && verb !== "get-contexts" && (verb === "show" ? extra : subject) !== undefined) {
    throw new UsageError("USAGE", `Cannot ${verb}: "${extra ?? subject}" is more than it takes`);
  }
  if (verb === "show") return shown(subject, await resolveConnection({ flags, env: terminal.env }));
  if (verb === "connection") {
    const connection = await resolveConnection({ flags, env: terminal.env });
    const { context, cluster, user, namespace, server, credential, files } = connection;
    return { context, cluster, user, namespace, server, credential: credential.type, files: files.join(" ") };
  }
  const settings: LoadOptions = {
    kubeconfig: flags.kubeconfig,
    env: terminal.env,
    homeDirectory: homedir(),
    currentDirectory: terminal.cwd,
    readFile: (file) => readFile(file, "utf8"),
  };
  const kubeconfig = await loaded(settings, verb);
  switch (verb) {
    case "get-contexts":
      for (const name of subjects) requireContext(kubeconfig, name, "show");
      return listContexts(kubeconfig).filter(({ name }) => subjects.length === 0 || subjects.includes(name));
    case "get-clusters":
      return [...kubeconfig.clusters].map(([name, { value }]) => ({ name, server: value.server ?? "" }));
    case "get-users":
      return [...kubeconfig.users.keys()].map((name) => ({ name }));
    case "current-context":
      return currentContext(kubeconfig);
    case "view":
      return viewed(kubeconfig, values, flags.context);
    default:
      return changed(verb, kubeconfig, { names: subjects, values, newFile: newFileOf(settings) }, terminal);
  }
}

async function viewed(
  kubeconfig: Kubeconfig,
  values: Invocation["values"],
  context: string | undefined,
): Promise<unknown> {
  const minify = values.minify === true ? (context ?? currentContext(kubeconfig)) : undefined;
  const whole =
    values.flatten === true ? await flattenKubeconfig(kubeconfig, (file) => readFile(file), minify) : kubeconfig;
  return viewKubeconfig(whole, { raw: values.raw === true, minify });
}

/** What there is; a first context may be set in a file that is not there yet. */
async function loaded(settings: LoadOptions, verb: string): Promise<Kubeconfig> {
  try {
    return await loadKubeconfig(settings);
  } catch (error) {
    if (verb !== "set-context" || !isKubescriptError(error) || error.code !== "KUBECONFIG_NOT_FOUND") throw error;
    return mergeKubeconfigs([]);
  }
}

/** As kubectl: the last of several in KUBECONFIG. */
function newFileOf(settings: LoadOptions): string {
  return kubeconfigPaths(settings).paths.at(-1) ?? path.join(settings.homeDirectory, ".kube", "config");
}

async function changed(
  verb: string,
  kubeconfig: Kubeconfig,
  words: ChangeWords,
  terminal: Invocation["terminal"],
): Promise<undefined> {
  const change = Object.hasOwn(CHANGES, verb) ? CHANGES[verb] : undefined;
  if (change === undefined) {
    throw new UsageError("USAGE", `Unknown config command "${verb}"`, { hint: `There is ${VERBS.join(", ")}.` });
  }
  const { edits, told } = change(kubeconfig, words);
  for (const edit of edits) await writeKubeconfig(edit);
  await write(terminal.stderr, `${told}\n`);
  return undefined;
}

async function shown(what: string | undefined, connection: Connection): Promise<string> {
  const known = SHOWN_CREDENTIALS.find((one) => one === what);
  if (known !== undefined) return showCredential(connection, createCredentialSource(connection), known);
  throw new UsageError("USAGE", `Cannot show ${what ?? "a credential"}: there is no such one`, {
    hint: `There is ${SHOWN_CREDENTIALS.join(", ")}.`,
  });
}
