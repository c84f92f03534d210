import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { type Kubeconfig, loadKubeconfig } from "../../config/load-kubeconfig.ts";
import { connectionFlags, type Flag } from "../flags.ts";
import { fromCluster } from "./from-cluster.ts";
import { type Asked, NOTHING, type Offer, suggest } from "./suggestion.ts";

/** What a flag may be set to, by its name; the others by what its placeholder says. */
const VALUES: Readonly<Record<string, (asked: Asked) => Promise<Offer> | Offer>> = {
  context: contexts,
  cluster: async (asked) => suggest((await kubeconfigOf(asked)).clusters.keys()),
  user: async (asked) => suggest((await kubeconfigOf(asked)).users.keys()),
  namespace: (asked) =>
    fromCluster(asked, async (k8s, signal) => {
      const namespaces = await k8s.namespaces.list({ signal });
      return namespaces.map(({ metadata }) => metadata?.name ?? "");
    }),
  output: () => suggest(["json", "yaml", "table", "wide", "name", "jsonpath="]),
  trace: () => suggest(["curl", "headers", "body"]),
  "concurrency-policy": () => suggest(["Allow", "Forbid", "Replace"]),
};

/** What a flag may be set to. */
export async function valuesOf(flag: Flag, asked: Asked): Promise<Offer> {
  if (Object.hasOwn(VALUES, flag.name)) return (await VALUES[flag.name]?.(asked)) ?? NOTHING;
  return { suggestions: [], files: flag.placeholder === "FILE" || flag.placeholder === "FOLDER" };
}

/** Contexts of the kubeconfig, each with where it leads. */
export async function contexts(asked: Asked): Promise<Offer> {
  const found = [...(await kubeconfigOf(asked)).contexts];
  return { suggestions: found.map(([name, { value }]) => ({ value: name, description: value.cluster })) };
}

function kubeconfigOf({ values, terminal }: Asked): Promise<Kubeconfig> {
  return loadKubeconfig({
    kubeconfig: connectionFlags(values).kubeconfig,
    env: terminal.env,
    homeDirectory: homedir(),
    currentDirectory: terminal.cwd,
    readFile: (file) => readFile(file, "utf8"),
  });
}
