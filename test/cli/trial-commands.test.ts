import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningSandbox, startSandbox } from "../../src/sandbox/listener/start-sandbox.ts";
import { type BuiltProgram, buildProgram } from "../support/built-program.ts";

let sandbox: RunningSandbox;
let program: BuiltProgram;
let folder: string;

beforeAll(async () => {
  [sandbox, program] = await Promise.all([startSandbox(), buildProgram()]);
  folder = await mkdtemp(path.join(tmpdir(), "kubescript-trial-"));
  await writeFile(path.join(folder, "config"), sandbox.kubeconfig);
});

afterAll(() => Promise.all([sandbox.close(), program.remove(), rm(folder, { recursive: true })]));

interface Ended {
  readonly code: number | string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

let scripts = 0;

async function tried(command: string, code: string, ...words: string[]): Promise<Ended> {
  const file = path.join(folder, `tried-${scripts++}.ts`);
  await writeFile(file, code);
  return new Promise((resolve) => {
    const options = { env: { ...process.env, KUBECONFIG: path.join(folder, "config") } };
    execFile("node", [program.entry, command, file, ...words], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? undefined), stdout, stderr });
    });
  });
}

test.each(["plan", "permissions"])(
  "%s of a script that asks for nothing before it fails shows the failure alone",
  async (command) => {
    const [unread, thrown] = await Promise.all([
      tried(command, "await k8s.pods.list("),
      tried(command, "throw new Error('no')"),
    ]);
    expect(unread).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(/^UsageError: \S+\.ts:1:\d+: /),
    });
    expect(thrown).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/^Error: no\n/) });
  },
);

test("what a script asks for before it fails is shown", async () => {
  const script = "await k8s.configmaps.create(k8s.make.configMap('c')); await $`date`;";
  const [plan, permissions] = await Promise.all([tried("plan", script), tried("permissions", script)]);
  const early = /^The trial run ended early; what would have come later is not seen.\nUsageError: Cannot run a command/;
  expect(plan).toMatchObject({ code: 1, stderr: expect.stringMatching(early) });
  expect(plan.stdout).toContain("1 to create, 0 to change, 0 to delete");
  expect(permissions).toMatchObject({ code: 1, stderr: expect.stringMatching(early) });
  expect(permissions.stdout).toMatch(/configmaps\n {2}verbs:\n {2}- create\n/);
});

test("wrong arguments of a recipe are the command's", async () => {
  const recipe =
    "import { recipe } from 'kubescript';\nexport default recipe({ description: 'x', args: {}, run: () => 1 });";
  expect(await tried("plan", recipe, "--", "--bogus")).toMatchObject({ code: 2, stdout: "" });
});

test("the roles printed are enough to be somebody else and to give a role away, by name", async () => {
  const script = `await k8s.as("jane").whoami();
await k8s.access.grant({ user: "eve", clusterRole: "view" });`;
  const { code, stdout, stderr } = await tried("permissions", script, "-o", "json");
  expect(code, stderr).toBe(0);
  const roles = (JSON.parse(stdout) as { items: { kind: string; rules: unknown[] }[] }).items;
  expect(roles.find(({ kind }) => kind === "Role")?.rules).toContainEqual({
    ...{ apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterroles"] },
    ...{ resourceNames: ["view"], verbs: ["bind"] },
  });
  expect(roles.find(({ kind }) => kind === "ClusterRole")?.rules).toContainEqual({
    ...{ apiGroups: [""], resources: ["users"], resourceNames: ["jane"], verbs: ["impersonate"] },
  });
});
