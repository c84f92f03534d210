import type { Command } from "./command.ts";

/** A command before it is loaded. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<{ readonly command: Command }>;
}

/** Every command, in the order of help. Each lives in a file of its own that is loaded when it is called. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: "prompt", summary: "a prompt on the cluster (the default)", load: () => import("./commands/prompt.ts") },
  { name: "run", summary: "run a script or a recipe", load: () => import("./commands/run.ts") },
  { name: "eval", summary: "evaluate code and print the result", load: () => import("./commands/eval.ts") },
  {
    name: "schedule",
    summary: "make a script a CronJob, and look after it",
    load: () => import("./commands/schedule.ts"),
  },
  {
    name: "permissions",
    summary: "the least rights that a script needs",
    load: () => import("./commands/permissions.ts"),
  },
  { name: "plan", summary: "what a script would change", load: () => import("./commands/plan.ts") },
  { name: "raw", summary: "send one HTTP request", load: () => import("./commands/raw.ts") },
  {
    name: "proxy",
    summary: "serve the cluster's API to programs of this machine",
    load: () => import("./commands/proxy.ts"),
  },
  { name: "recipes", summary: "list the recipes that come along", load: () => import("./commands/recipes.ts") },
  { name: "config", summary: "show contexts and the resolved connection", load: () => import("./commands/config.ts") },
  { name: "types", summary: "set up an editor for scripts", load: () => import("./commands/types.ts") },
  {
    name: "completion",
    summary: "let a shell complete the command line",
    load: () => import("./commands/completion.ts"),
  },
  { name: "sandbox", summary: "serve an API server to play and test on", load: () => import("./commands/sandbox.ts") },
];
