import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { $ as plain } from "zx/core";
import { parseYaml } from "../../src/core/yaml.ts";
import { createShell, type SessionShell } from "../../src/runtime/shell.ts";

const cluster = {
  context: "staging",
  namespace: "web",
  files: ["/home/me/config"],
  target: { cluster: "blue", user: "me" },
};

// Without a home of its own bash may read the start-up files of whoever runs the tests.
const env = { PATH: process.env.PATH, HOME: "/nonexistent", MARK: "given" };

let shell: SessionShell | undefined;
afterEach(() => shell?.close());

function open(found: typeof cluster | undefined = undefined): SessionShell["$"] {
  shell = createShell({ cluster: () => found, env });
  return shell.$;
}

test("a command runs in the environment that was given, and in no other", async () => {
  const $ = open();
  expect((await $`echo $MARK $HOME`).stdout).toBe("given /nonexistent\n");
  expect($.sync`echo ${"a b"}`.stdout).toBe("a b\n");
  expect((await $({ nothrow: true })`exit 3`).exitCode).toBe(3);
});

test("KUBECONFIG begins with a file that names context and namespace and holds no credential", async () => {
  const $ = open(cluster);
  const [overlay = "", ...files] = (await $`echo $KUBECONFIG`).stdout.trim().split(path.delimiter);
  expect(files).toEqual(cluster.files);
  expect(parseYaml(readFileSync(overlay, "utf8"))).toEqual({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "staging",
    contexts: [{ name: "staging", context: { cluster: "blue", user: "me", namespace: "web" } }],
  });
  shell?.close();
  expect(existsSync(overlay)).toBe(false);
});

test("options that are set on it hold for it alone", async () => {
  const $ = open();
  Object.assign($, { nothrow: true });
  expect(Reflect.get($, "nothrow")).toBe(true);
  expect((await $`exit 4`).exitCode).toBe(4);
  expect(Reflect.get(plain, "nothrow")).not.toBe(true);
  expect(plain.env).not.toHaveProperty("MARK");
  const other = createShell({ cluster: () => undefined, env }).$;
  await expect(other`exit 4`).rejects.toMatchObject({ exitCode: 4 });
});

test("an input that fails ends the command with its failure, and one that does not is read to its end", async () => {
  const $ = open();
  const broken = async function* (): AsyncGenerator<string> {
    yield "a\n";
    throw new Error("the node is gone");
  };
  const failure = await $({ input: Readable.from(broken()) })`cat`.then(String, (error: Error) => error);
  expect(failure).toBeInstanceOf(Error);
  expect((failure as Error).cause).toMatchObject({ cause: { message: "the node is gone" } });
  const { signal } = new AbortController();
  await expect($({ input: Readable.from(broken()), signal })`cat`).rejects.toMatchObject({ signal: "SIGTERM" });
  expect((await $({ input: Readable.from(["a", "b"]) })`cat`).stdout).toBe("ab");
});

test("a command that reads no further ends its input, and is no failure", async () => {
  const $ = open();
  let closed = false;
  const endless = async function* (): AsyncGenerator<string> {
    try {
      for (;;) yield "line\n".repeat(1000);
    } finally {
      closed = true;
    }
  };
  const waiting = async function* (): AsyncGenerator<string> {
    yield "line\n";
    await new Promise(() => undefined);
  };
  expect((await $({ input: Readable.from(endless()) })`head -n 1`).stdout).toBe("line\n");
  await expect.poll(() => closed).toBe(true);
  const idle = Readable.from(waiting());
  expect((await $({ input: idle })`head -n 1`).stdout).toBe("line\n");
  await expect.poll(() => idle.destroyed).toBe(true);
});
