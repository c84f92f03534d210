import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { prepare } from "../../src/repl/evaluate.ts";
import { appendHistory, historyFile, holdsSecret, readHistory } from "../../src/repl/history.ts";
import { LINE_MARK, PasteFilter, unmarked } from "../../src/repl/paste.ts";
import { Transcript } from "../../src/repl/transcript.ts";

async function filtered(...chunks: string[]): Promise<string> {
  const filter = new PasteFilter();
  for (const chunk of chunks) filter.write(chunk);
  filter.end();
  return (await filter.setEncoding("utf8").toArray()).join("");
}

test("pasted line breaks are marked, typed ones are not", async () => {
  expect(await filtered("a\r\u001b[200~b\r\n\tc\u001b[201~\r")).toBe(`a\rb${LINE_MARK}  c\r`);
  expect(unmarked(`b${LINE_MARK}c`)).toBe("b\nc");
});

test("how the terminal cuts a paste does not matter", async () => {
  const text = "x\u001b[A\u001b[200~one\ntwo\u001b[201~y";
  const whole = await filtered(text);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(text.length), { maxLength: 5 }), async (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), text.length];
      const chunks = places.slice(1).flatMap((end, i) => text.slice(places[i], end) || []);
      // Escape by itself is a key.
      fc.pre(!chunks.includes("\u001b"));
      expect(await filtered(...chunks)).toBe(whole);
    }),
    { numRuns: 60 },
  );
});

test("a lone Escape is let through", async () => {
  const filter = new PasteFilter();
  filter.setEncoding("utf8").write("\u001b");
  expect(filter.read()).toBe("\u001b");
});

test("history survives in a private file, several lines as one, newest first, without secrets", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "history-"));
  try {
    const file = historyFile({ env: { XDG_STATE_HOME: folder }, homeDirectory: "/none" });
    await appendHistory(file, ["first\\n", "two\nlines", 'const token = "abcdefgh"']);
    await appendHistory(file, ["last"]);
    expect(await readHistory(file)).toEqual(["last", "two\nlines", "first\\n"]);
    expect((await stat(file ?? "")).mode & 0o777).toBe(0o600);
    expect(await readFile(file ?? "", "utf8")).not.toContain("abcdefgh");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the history's place is chosen by the environment, and may be nowhere", () => {
  expect(historyFile({ env: {}, homeDirectory: "/home/me" })).toBe("/home/me/.local/state/kubescript/history");
  expect(historyFile({ env: { KUBESCRIPT_HISTORY: "" }, homeDirectory: "/home/me" })).toBeUndefined();
});

test.each(['password: "hunter22"', "Authorization: Bearer x", "curl -H bearer abcdefghij", "stringData: {}"])(
  "%s is a secret",
  (line) => {
    expect(holdsSecret(line)).toBe(true);
  },
);

test.each(["k8s.secrets.list()", 'await k8s.secrets.get("token-abc")', "const tokens = 3"])("%s is none", (line) => {
  expect(holdsSecret(line)).toBe(false);
});

test("what was typed becomes a script that awaits what the prompt awaited", () => {
  const transcript = new Transcript();
  const add = (source: string, awaited: boolean) => transcript.add(source, prepare(source, "test"), awaited);
  add("const n = 1", false);
  add("k8s.pods.list()", true);
  add("n; a ? b() : c()", true);
  expect(transcript.toScript()).toBe(
    'import "kubescript/globals";\n\nconst n = 1;\nawait k8s.pods.list();\nn; export default await (a ? b() : c());\n',
  );
});

test("a script of what was declared again, or could be read as going on, is a module that runs", async () => {
  const transcript = new Transcript();
  const lines = [
    "const n = 1",
    "const n = n2()",
    "let n: number = 3; n",
    "function n2() { return 2 }",
    "async function n2() { return 3 }",
    "class A { x = 1 }",
    "class A { y = 2 }",
    "import { join } from 'node:path'",
    "import { join } from 'node:path'",
    "const f = () => { return 1 }",
    "[n, join('a', 'b')]",
  ];
  for (const line of lines) transcript.add(line, prepare(line, "test"), false);
  const script = transcript.toScript();
  expect(script).toContain("var n: number = 3; n;");
  expect(script).toContain("var n2 = async function n2() { return 3 }");
  expect(script).toContain("var A = class A { y = 2 }");
  expect(script.match(/node:path/g)).toHaveLength(1);
  expect(script).toContain("const f = () => { return 1 };\nexport default [n,");
  const { transformSync } = await import("esbuild");
  expect(() => transformSync(script, { loader: "ts", format: "esm" })).not.toThrow();
});
