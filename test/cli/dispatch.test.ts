import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { dispatch } from "../../src/cli/dispatch.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "dispatch-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(
  argv: string[],
  input = "",
  columns?: number,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const stdout = Object.assign(new PassThrough(), columns === undefined ? {} : { columns });
  const stderr = new PassThrough();
  const stdin = new PassThrough();
  stdin.end(input);
  const env = { KUBECONFIG: path.join(folder, "none") };
  const code = await dispatch(argv, { stdin, stdout, stderr, env, cwd: folder, now: () => 0 });
  const text = (stream: PassThrough): string => String(stream.read() ?? "");
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

test.each([
  [["evla"], 2, 'Unknown command "evla"\n  Did you mean "eval"?'],
  [["eval", "--contxt", "a", "1"], 2, "Unknown option --contxt\n  Did you mean --context?"],
  [["eval"], 2, "there is no code"],
  [["eval", "const a = = 1"], 2, "[eval]:1:11: Unexpected"],
  [["eval", "1"], 3, "no cluster is configured"],
  [["eval", "--sandbox", "--server", "https://x", "1"], 2, "Cannot use --server together with --sandbox"],
  [["eval", "-o", "xml", "--sandbox", "1"], 2, 'Cannot write "xml"'],
  [["--contxt", "a", "eval", "1"], 2, "Unknown option --contxt\n  Did you mean --context?"],
  [["types", "/nowhere/k.d.ts"], 2, "Cannot write /nowhere/k.d.ts\n  because: ENOENT"],
  [["run", "."], 2, "Cannot run .: it is a directory"],
  [["run", process.execPath], 2, "it is no .ts or .js file"],
  [["run", "nothing.ts"], 2, "Cannot run nothing.ts: there is no such file and no such recipe"],
  [["plan", "nothing.ts"], 2, "Cannot plan nothing.ts: there is no such file and no such recipe"],
  [["schedule", "nothing.ts"], 2, "Cannot schedule nothing.ts: there is no such file and no such recipe"],
  [["schedule", "lst"], 2, "Did you mean kubescript schedule list?"],
  [["raw", "GET"], 2, "give a method and a path"],
  [["config", "connection", "--context", "x"], 3, 'context "x"'],
])("%j ends with %d", async (argv, code, told) => {
  const result = await run(argv);
  expect(result).toMatchObject({ code, stdout: "" });
  expect(result.stderr).toContain(told);
});

test.each(COMMANDS.map(({ name }) => name))("%s has help", async (name) => {
  const { code, stdout } = await run([name, "--help"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Usage: kubescript .+\n\n.+/);
});

test("help COMMAND is COMMAND --help", async () => {
  expect(await run(["help", "eval"])).toEqual(await run(["eval", "--help"]));
  expect(await run(["help"])).toEqual(await run(["--help"]));
});

test("help is wrapped at the width of a terminal that says how wide it is", async () => {
  const plain = await run(["help"]);
  expect((await run(["help"], "", 60)).stdout.split("\n").every((line) => line.length <= 60)).toBe(true);
  expect(await run(["help"], "", 0)).toEqual(plain);
});

test("the general help lists every command", async () => {
  const { stdout } = await run(["--help"]);
  for (const { name } of COMMANDS) expect(stdout).toContain(`\n  ${name} `);
});

test("code, scripts and standard input run on a sandbox with the same names in scope", async () => {
  expect(await run(["eval", "--sandbox", "(await k8s.namespaces.get('default')).kind"])).toMatchObject({
    code: 0,
    stdout: "Namespace\n",
  });
  const list = await run(["--sandbox", "eval", "k8s.namespaces.list()", "-o", "name"]);
  expect(list.stdout.split("\n")).toContain("namespace/kube-system");
  const input = await run(
    ["run", "--sandbox", "-", "--to", "x"],
    "const n: number = 1;\nawait sleep('1ms');\n({ n, args })",
  );
  expect(JSON.parse(input.stdout)).toEqual({ n: 1, args: { _: [], to: "x" } });
});

test("what a script throws is told, with exit code 1; a time limit ends it with 124", async () => {
  const failed = await run(["eval", "--sandbox", "throw new Error('mine')"]);
  expect(failed).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("Error: mine") });
  expect((await run(["eval", "--sandbox", "k8s.podz.list()"])).stderr).toContain('Did you mean "pods"?');
  expect(await run(["eval", "--sandbox", "--timeout", "50ms", "await sleep('1m')"])).toMatchObject({ code: 124 });
});

test("a first context is set in the kubeconfig that was named, though that is not there yet", async () => {
  const file = path.join(folder, "first");
  expect(await run(["config", "set-context", "a", "--cluster", "c", "--kubeconfig", file])).toMatchObject({ code: 0 });
  // KUBECONFIG names one that is not there, either.
  expect(await run(["config", "set-context", "b", "--cluster", "c"])).toMatchObject({ code: 0 });
  expect(JSON.parse((await run(["config", "get-contexts", "--kubeconfig", file])).stdout)).toMatchObject([
    { name: "a" },
  ]);
  expect(JSON.parse((await run(["config", "get-contexts"])).stdout)).toMatchObject([{ name: "b" }]);
  expect(await run(["config", "use-context", "a", "--kubeconfig", path.join(folder, "gone")])).toMatchObject({
    code: 3,
  });
  await rm(path.join(folder, "none"));
});

test("config changes the kubeconfig that it was told", async () => {
  const file = path.join(folder, "kubeconfig");
  const text =
    "apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: 'https://h'}}]\ncontexts: []\nusers: []\n";
  await writeFile(file, text);
  const flags = ["--kubeconfig", file];
  expect(await run(["config", "set-context", "dev", "--cluster", "c", "-n", "web", ...flags])).toMatchObject({
    code: 0,
  });
  expect(await run(["config", "use-context", "dev", ...flags])).toMatchObject({
    code: 0,
    stdout: "",
    stderr: 'Switched to context "dev".\n',
  });
  expect(await run(["config", "set-context", "--current", "--user", "u", ...flags])).toMatchObject({
    stderr: 'Context "dev" modified.\n',
  });
  expect(await run(["config", "set-context", "dev", "--current", ...flags])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("Cannot set-context: --current is its name"),
  });
  expect((await run(["config", "use-context", "--current", ...flags])).stderr).toContain("it takes NAME");
  expect(await run(["config", "rename-context", "dev", ...flags])).toMatchObject({ code: 2 });
  expect(await run(["config", "rename-context", "dev", "test", ...flags])).toMatchObject({ code: 0 });
  expect(await run(["config", "current-context", "test", ...flags])).toMatchObject({ code: 2 });
  expect(JSON.parse((await run(["config", "get-contexts", "test", ...flags])).stdout)).toEqual([
    { name: "test", current: true, cluster: "c", user: "u", namespace: "web" },
  ]);
  expect(await run(["config", "get-contexts", "dev", ...flags])).toMatchObject({ code: 3 });
  expect(JSON.parse((await run(["config", "view", "--minify", ...flags])).stdout)).toMatchObject({
    contexts: [{ name: "test" }],
  });
  await run(["config", "set-context", "--current", "--user=", ...flags]);
  await run(["config", "rename-context", "test", "dev", ...flags]);
  expect((await run(["config", "current-context", ...flags])).stdout).toBe("dev\n");
  const { stdout } = await run(["config", "connection", ...flags]);
  expect(JSON.parse(stdout)).toMatchObject({
    context: "dev",
    namespace: "web",
    server: "https://h",
    credential: "none",
  });
});
