/**
 * Runs what README.md and docs/*.md show, on a sandbox, and compares; checks that relative links lead somewhere.
 *
 *   tsx scripts/check-docs.ts [FILE...]
 *
 * - ```ts: a script, run by `kubescript run -`; it must end with 0. `ts fragment` is not run.
 * - ```console: `$ command` lines, run by a shell in one folder a file; and `name> code` lines, each evaluated as the prompt
 *   does. The lines that follow must appear in the output, in order; `…` stands for any text in a line, or alone for any
 *   lines. Ages, generated suffixes, addresses and versions are compared by their form. `console fragment` is not run.
 * - Each file has a sandbox of its own, started with the flags of `<!-- sandbox: FLAGS -->` anywhere in it; where this machine
 *   cannot, the file's blocks are not run, which is said.
 * - ```yaml, ```json and others are text, save that `<!-- file: NAME -->` before any block writes it to NAME first.
 */
import { execFile, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

interface Block {
  readonly line: number;
  readonly language: string;
  readonly fragment: boolean;
  readonly file: string | undefined;
  readonly text: string;
}

const root = path.join(import.meta.dirname, "..");
const main = path.join(root, "dist/cli/main.js");
/** Documents checked at once. */
const AT_ONCE = 3;
const NOT_STARTED = "the sandbox did not start";
const ANSI = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

/** The fenced blocks of a Markdown text. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const fence = /^```(\w+)?(.*)$/.exec(lines[at] ?? "");
    if (fence === null) continue;
    const end = lines.indexOf("```", at + 1);
    if (end < 0) throw new Error(`line ${at + 1}: the block does not end`);
    blocks.push({
      line: at + 1,
      language: fence[1] ?? "",
      fragment: (fence[2] ?? "").includes("fragment"),
      file: /^<!-- file: (\S+) -->$/.exec(lines[at - 1] ?? "")?.[1],
      text: lines.slice(at + 1, end).join("\n"),
    });
    at = end;
  }
  return blocks;
}

/** What differs from run to run, by its form. */
export function normalise(text: string): string {
  return text
    .trimEnd()
    .replaceAll(ANSI, "")
    .replace(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "<uid>")
    .replace(/\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b/g, "<address>")
    .replace(/-[a-z0-9]{8,10}-[a-z0-9]{5}\b/g, "-<generated>")
    .replace(/-[a-z0-9]{5}(?=\s|$)/g, "-<generated>")
    .replace(/-\d{8}(?=\s|$|-)/g, "-<n>")
    .replace(/\b(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)(?= ago|\)|\s|$)/g, "<age>")
    .replace(/\b\d+[dhm]\d*[hms]?(?=\s|$)/g, "<age>")
    .replace(/\bin \d+ ms\b/g, "in <n> ms")
    .replace(/ +/g, " ");
}

/** The first expected line that the output does not show in its turn, or undefined. */
export function firstMissing(expected: readonly string[], output: string): string | undefined {
  const got = output.split("\n").map(normalise);
  let at = 0;
  for (const line of expected) {
    if (line.trim() === "…" || line.trim() === "") continue;
    const pattern = new RegExp(
      `^${normalise(line)
        .split("…")
        .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
        .join(".*")}$`,
    );
    const found = got.findIndex((one, index) => index >= at && pattern.test(one));
    if (found < 0) return line;
    at = found + 1;
  }
  return undefined;
}

/** `$ command` and `name> code` lines, each with the output lines below it. */
export function steps(text: string): { kind: "shell" | "prompt"; command: string; expected: string[] }[] {
  const found: { kind: "shell" | "prompt"; command: string; expected: string[] }[] = [];
  for (const line of text.split("\n")) {
    const prompt = /^[\w./:-]+> (.+)$/.exec(line);
    const last = found.at(-1);
    if (line.startsWith("$ ")) found.push({ kind: "shell", command: line.slice(2), expected: [] });
    else if (prompt) found.push({ kind: "prompt", command: prompt[1] ?? "", expected: [] });
    else if (last?.kind === "shell" && last.command.endsWith("\\"))
      last.command = `${last.command.slice(0, -1)}${line}`;
    else last?.expected.push(line);
  }
  return found;
}

/** The flags of the sandbox that a document asks for. */
export function sandboxFlags(markdown: string): string[] {
  return (/^<!-- sandbox: (.+) -->$/m.exec(markdown)?.[1] ?? "").split(" ").filter(Boolean);
}

function isRun({ fragment, language, file }: Block): boolean {
  return !fragment && (language === "console" || (language === "ts" && file === undefined));
}

async function withSandbox<T>(
  flags: readonly string[],
  use: (environment: NodeJS.ProcessEnv, folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), "kubescript-docs-"));
  const kubeconfig = path.join(folder, "kubeconfig");
  const sandbox = spawn(process.execPath, [main, "sandbox", "--port", "0", "--kubeconfig", kubeconfig, ...flags], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  try {
    await new Promise<void>((resolve, reject) => {
      let said = "";
      sandbox.stderr.on("data", (chunk: Buffer) => {
        said += chunk;
        if (existsSync(kubeconfig)) resolve();
      });
      sandbox.on("exit", () => reject(new Error(`${NOT_STARTED}: ${said}`)));
    });
    const bin = path.join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(path.join(bin, "kubescript"), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`, {
      mode: 0o755,
    });
    const environment = { ...process.env, KUBECONFIG: kubeconfig, HOME: folder, PATH: `${bin}:${process.env.PATH}` };
    return await use(environment, folder);
  } finally {
    sandbox.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Exit code, and what it said on both outputs. */
function run(
  command: string,
  args: string[],
  input: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<[number, string]> {
  return new Promise((resolve) => {
    const child = execFile(command, args, { cwd, env, timeout: 60_000, maxBuffer: 64 << 20 }, (_, stdout, stderr) =>
      resolve([child.exitCode ?? 1, `${stdout}${stderr}`]),
    );
    // One that ends without reading its input is no fault.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

/** Every fault of one document's blocks, one line each. */
async function checkBlocks(name: string, markdown: string, env: NodeJS.ProcessEnv, folder: string): Promise<string[]> {
  const cwd = mkdtempSync(path.join(folder, "doc-"));
  const faults: string[] = [];
  for (const block of blocksOf(markdown)) {
    const at = `${name}:${block.line}`;
    if (block.file !== undefined) {
      const file = path.join(cwd, block.file);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, `${block.text}\n`);
    }
    if (!isRun(block)) continue;
    if (block.language === "ts") {
      const [status, said] = await run("kubescript", ["run", "-"], block.text, cwd, env);
      if (status !== 0) faults.push(`${at}: exit code ${status}: ${said.slice(-800)}`);
    }
    if (block.language !== "console") continue;
    for (const { kind, command, expected } of steps(block.text)) {
      const [, said] =
        kind === "shell"
          ? await run("bash", ["-c", `exec 2>&1\n${command}`], "", cwd, env)
          : await run("kubescript", ["eval", command, "-o", "table"], "", cwd, env);
      const missing = firstMissing(expected, said);
      if (missing !== undefined)
        faults.push(`${at}: ${command}\n  does not print: ${missing}\n  but:\n${said.slice(0, 1500)}`);
    }
  }
  return faults;
}

/** How many processes its blocks take. */
function lengthOf(text: string): number {
  return blocksOf(text)
    .filter(isRun)
    .reduce((sum, { language, text: code }) => sum + (language === "console" ? steps(code).length : 1), 0);
}

/** Every fault of a document that is run; where this machine cannot have its sandbox, that is said. */
async function check(file: string, text: string): Promise<string[]> {
  if (!blocksOf(text).some(isRun)) return [];
  const flags = sandboxFlags(text);
  // What such a document runs in its pods is in the image busybox, which holds what this machine's has.
  if (flags.includes("--pods=process") && spawnSync("busybox").error !== undefined) {
    console.error(`${file} is not run: busybox is not installed`);
    return [];
  }
  try {
    return await withSandbox(flags, (env, folder) => checkBlocks(file, text, env, folder));
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith(NOT_STARTED)) throw error;
    console.error(`${file} is not run: ${error.message}`);
    return [];
  }
}

function brokenLinks(name: string, markdown: string): string[] {
  const links = [...markdown.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map((match) => match[1] ?? "");
  return links
    .filter((link) => !existsSync(path.join(root, path.dirname(name), link)))
    .map((link) => `${name}: the link to ${link} leads nowhere`);
}

if (process.argv[1] === import.meta.filename) {
  const docs = existsSync(path.join(root, "docs")) ? readdirSync(path.join(root, "docs")) : [];
  const named = process.argv.slice(2);
  const files =
    named.length > 0
      ? named
      : ["README.md", "CONTRIBUTING.md", ...docs.filter((file) => file.endsWith(".md")).map((file) => `docs/${file}`)];
  const texts = files.map((file) => [file, readFileSync(path.join(root, file), "utf8")] as const);
  const faults = texts.flatMap(([file, text]) => brokenLinks(file, text));
  // Each has its own sandbox, and much of the time is spent waiting; the longest go first.
  const left = texts.toSorted(([, one], [, other]) => lengthOf(other) - lengthOf(one));
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) faults.push(...(await check(...next)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
