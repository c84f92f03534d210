import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { REPLServer } from "node:repl";
import { UsageError } from "../errors.ts";
import { errorText } from "../runtime/error-text.ts";
import type { Prompt } from "./prompt.ts";

/** A command that begins with a dot. */
interface DotCommand {
  readonly help: string;
  /** What it prints, if anything. */
  run(prompt: Prompt, text: string): Promise<string | undefined>;
}

const COMMANDS: Readonly<Record<string, DotCommand>> = {
  use: {
    help: "CONTEXT: go over to another context; alone: list them",
    async run(prompt, context) {
      if (context === "") return prompt.k8s.contexts.join("\n") || "This cluster has no other contexts.";
      prompt.use(prompt.k8s.use(context));
      return undefined;
    },
  },
  in: {
    help: "NAMESPACE: go over to another namespace; * for all of them",
    async run(prompt, namespace) {
      if (namespace === "")
        throw new UsageError("USAGE", "Cannot go over: there is no namespace", { hint: ".in kube-system" });
      prompt.use(prompt.k8s.in(namespace));
      return undefined;
    },
  },
  trace: {
    help: "on|curl|headers|body|off: print every request",
    async run(prompt, level) {
      const { namespace } = prompt.k8s;
      const traced = await prompt.options.traced(
        level === "off" ? undefined : level === "" || level === "on" ? "line" : level,
      );
      prompt.use(traced.namespace === namespace ? traced : traced.in(namespace));
      return level === "off" ? "Requests are no longer printed." : "Requests are printed from now on.";
    },
  },
  save: {
    help: "FILE: write what was typed as a script",
    async run(prompt, file) {
      if (file === "")
        throw new UsageError("USAGE", "Cannot save: there is no file name", { hint: ".save cleanup.ts" });
      if (prompt.transcript.isEmpty) throw new UsageError("USAGE", "Cannot save: nothing was typed yet");
      const target = path.resolve(prompt.options.cwd, file);
      try {
        await writeFile(target, prompt.transcript.toScript(), { flag: "wx" });
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
        throw new UsageError("USAGE", `Cannot write ${target}: it exists`, { hint: "Choose another name." });
      }
      return `Wrote ${target}; run it with: kubescript run ${file}`;
    },
  },
  load: {
    help: "FILE: evaluate a file as if it were typed",
    async run(prompt, file) {
      if (file === "")
        throw new UsageError("USAGE", "Cannot load: there is no file name", { hint: ".load cleanup.ts" });
      const source = path.resolve(prompt.options.cwd, file);
      let text: string;
      try {
        text = await readFile(source, "utf8");
      } catch (cause) {
        throw new UsageError("INVALID_INPUT", `Cannot load ${source}`, { cause });
      }
      await prompt.load(text, file);
      return undefined;
    },
  },
};

/** What a newcomer needs to know besides the dot commands. */
const INTRODUCTION = `k8s.pods.list()            a resource by kubectl's name; Tab completes the rest
k8s.pods.logs("web-0")     a verb; docs/from-kubectl.md has each line of kubectl
k8s.explain("pod.spec")    what the fields of a resource mean
_                          the last result; Ctrl-C ends what runs, Ctrl-D leaves`;

/** What node's own commands do, in our words. */
const NODES: Readonly<Record<string, string>> = { break: "drop the unfinished lines", exit: "leave" };

/** Gives the prompt its own dot commands beside `.help`, `.exit`, `.break` and `.clear`. */
export function defineCommands(server: REPLServer, prompt: Prompt): void {
  for (const [name, command] of Object.entries(COMMANDS)) {
    server.defineCommand(name, {
      help: command.help,
      action(text) {
        this.clearBufferedCommand();
        prompt.noteTyped(`.${name} ${text}`.trim());
        command.run(prompt, text.trim()).then(
          (output) => (output === undefined ? this.displayPrompt() : prompt.print(output)),
          (error: unknown) => prompt.print(errorText(error, { color: prompt.options.color })),
        );
      },
    });
  }
  server.defineCommand("clear", {
    help: "clear the screen",
    action() {
      prompt.options.stdout.write("\u001b[2J\u001b[H");
      this.displayPrompt();
    },
  });
  server.defineCommand("help", {
    help: "this",
    action() {
      const commands = Object.entries(server.commands as Readonly<Record<string, { readonly help?: string }>>);
      const width = Math.max(...commands.map(([name]) => name.length));
      const lines = commands.map(([name, { help }]) => `.${name.padEnd(width)}  ${NODES[name] ?? help ?? ""}`).sort();
      prompt.options.stdout.write(`${INTRODUCTION}\n\n${lines.join("\n")}\n`);
      this.displayPrompt();
    },
  });
  delete (server.commands as Record<string, unknown>).editor;
}
