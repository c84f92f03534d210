import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { type IPty, spawn } from "@lydell/node-pty";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { shellQuote } from "../../../src/transport/curl.ts";
import { type BuiltProgram, buildProgram } from "../../support/built-program.ts";
import { findProgram } from "../../support/find-program.ts";

/** Would run a command, were it not quoted. */
const EVIL = "evil$(touch run-by-completion)`id`;x";

let program: BuiltProgram;
beforeAll(async () => {
  program = await buildProgram({ complete: "src/cli/completion/complete.ts" });
  // Completes as the program does, and prints what it would have been called with.
  const [node, entry] = [process.execPath, program.entry].map(shellQuote);
  const command = path.join(program.folder, "kubescript");
  await writeFile(
    command,
    `#!/bin/sh\n[ "$1" = completion ] && exec ${node} ${entry} "$@"\nprintf '<%s>' "$@"; echo\n`,
  );
  await chmod(command, 0o755);
  await writeFile(path.join(program.folder, "my script.ts"), "");
  const names = ["arn:aws:eks/one", "staging", "my own", EVIL];
  const contexts = names.map((name) => ({ name, context: { cluster: "c", user: "u" } }));
  await writeFile(path.join(program.folder, "known-contexts"), JSON.stringify({ contexts }));
});
afterAll(() => program.remove());

// Recipes are imported as the program imports them; one process answers for all.
test("recipes are offered with what they declare", async () => {
  const offered = {
    "run cluster-re": ["cluster-report", ":files"],
    "run delete-finished-jobs --old": ["--older-than"],
    "run delete-finished-jobs --older-than 2h --old": [],
    "plan delete-finished-jobs -- --old": ["--older-than"],
    "schedule rem": ["remove", ":files"],
    // what a recipe declares stands for our flag of that name, once
    "run cluster-report --namesp": ["--namespace: pods and workloads of this namespace only"],
  };
  const ask = `const { complete } = await import(${JSON.stringify(path.join(program.folder, "complete.js"))});
for (const line of ${JSON.stringify(Object.keys(offered))}) {
  const { suggestions, files } = await complete("kubescript " + line, { env: {}, cwd: "/" });
  console.log(JSON.stringify([...suggestions.map(({ value, description }) => value + ": " + description), ...(files ? [":files"] : [])]));
}`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", ask]);
  const answers = stdout.trim().split("\n");
  expect(answers.map((one) => JSON.parse(one))).toEqual(
    Object.values(offered).map((words) => words.map((word) => expect.stringMatching(`^${word}(: |$)`))),
  );
});

const SHELLS = [
  {
    name: "bash",
    argv: ["--norc", "--noprofile", "-i"],
    setup: "bind 'set bell-style none'; source <(kubescript completion bash)",
  },
  {
    name: "zsh",
    argv: ["-f", "-i"],
    setup: "autoload -Uz compinit && compinit -u -D && source <(kubescript completion zsh)",
  },
  { name: "fish", argv: ["--no-config", "-i"], setup: "kubescript completion fish | source" },
];

describe.each(SHELLS)("$name", ({ name, argv, setup }) => {
  const shell = findProgram(name);

  test.skipIf(shell === undefined)(
    "completes commands, flags, their values and files, and quotes what the shell would take apart",
    async () => {
      const terminal = spawn(shell ?? "", argv, {
        cols: 200,
        rows: 50,
        cwd: program.folder,
        env: {
          PATH: `${program.folder}:${process.env.PATH}`,
          HOME: program.folder,
          TERM: "xterm",
          PS1: "$ ",
          KUBECONFIG: path.join(program.folder, "known-contexts"),
        },
      });
      try {
        const type = typist(terminal);
        await type(`${setup}; kubescript ready\r`, "<ready>");
        await type("kubescript pla\tx\r", "<plan><x>");
        await type("kubescript eval --reques\t5s\r", "<eval><--request-timeout><5s>");
        await type("kubescript eval --context=st\t1\r", "<eval><--context=staging><1>");
        await type("kubescript eval --context arn:aws\t1\r", "<eval><--context><arn:aws:eks/one><1>");
        await type("kubescript eval --context my\t1\r", "<eval><--context><my own><1>");
        await type("kubescript eval --context evil\t1\r", `<eval><--context><${EVIL}><1>`);
        await type("kubescript eval --kubeconfig=known\t1\r", "<eval><--kubeconfig=known-contexts><1>");
        await type("kubescript run my\t--x\r", "<run><my script.ts><--x>");
        await type('kubescript types "my\t--x\r', "<types><my script.ts><--x>");
        await type("kubescript eval -o jsonp\t{.a}\r", "<eval><-o><jsonpath={.a}>");
        expect(existsSync(path.join(program.folder, "run-by-completion"))).toBe(false);
      } finally {
        terminal.kill();
      }
    },
  );
});

/** Types, and waits for what the command prints. */
function typist(terminal: IPty): (keys: string, expected: string) => Promise<void> {
  let output = "";
  terminal.onData((data) => {
    output += data;
  });
  return async (keys, expected) => {
    const from = output.length;
    terminal.write(keys);
    await expect
      .poll(() => output.slice(from).includes(expected) || output.slice(from), { timeout: 10_000, interval: 20 })
      .toBe(true);
  };
}
