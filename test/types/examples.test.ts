import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.join(import.meta.dirname, "../..");
/** Where users meet an `@example` in their editor, with the globals in scope. */
const FOLDERS = ["operations", "resources", "runtime"];
/** Begins with names of the test that it is an example for. */
const OTHERS = new Set(["try-recipe.ts"]);

interface Example {
  readonly place: string;
  readonly code: string;
}

function examplesOf(file: string): Example[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/@example\n((?: *\*(?: .*)?\n)+?) *\*\//g)].map(({ 1: lines = "", index }) => ({
    place: `${path.relative(root, file)}:${text.slice(0, index).split("\n").length}`,
    code: lines.replace(/^ *\* ?/gm, ""),
  }));
}

function allExamples(): Example[] {
  return FOLDERS.flatMap((folder) => {
    const files = readdirSync(path.join(root, "src", folder), { recursive: true, encoding: "utf8" });
    const sources = files.filter((file) => file.endsWith(".ts") && !OTHERS.has(path.basename(file)));
    return sources.flatMap((file) => examplesOf(path.join(root, "src", folder, file)));
  });
}

test("every example in a docstring compiles, as an editor with the globals would see it", () => {
  // What the compiler must find, or it has looked at nothing.
  const wrong = { place: "a wrong example", code: "const text: string = 1;\nlog(text);\n" };
  const examples = [...allExamples(), wrong];
  expect(examples.length).toBeGreaterThan(80);
  const folder = mkdtempSync(path.join(tmpdir(), "kubescript-examples-"));
  try {
    const globals = `import type {} from ${JSON.stringify(path.join(root, "src/globals.ts"))};`;
    const bodies = examples.map(({ code }, index) => `export async function example${index}() {\n${code}}`);
    writeFileSync(path.join(folder, "examples.ts"), [globals, ...bodies].join("\n"));
    const options = {
      ...{ strict: true, noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true },
      ...{ module: "nodenext", target: "es2023", lib: ["es2023", "esnext.disposable"] },
      ...{ types: ["node"], typeRoots: [path.join(root, "node_modules/@types")] },
    };
    const config = { compilerOptions: options, files: ["examples.ts"] };
    writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(config));
    writeFileSync(path.join(folder, "package.json"), '{ "type": "module" }');
    const tsc = path.join(root, "node_modules/typescript/bin/tsc");
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], {
      encoding: "utf8",
    });
    const source = readFileSync(path.join(folder, "examples.ts"), "utf8").split("\n");
    const problems = [...stdout.matchAll(/examples\.ts\((\d+),\d+\): error (.*)/g)].map(([, line, message]) => {
      const before = source.slice(0, Number(line)).join("\n");
      const index = before.split("\nexport async function ").length - 2;
      return `${examples[index]?.place}: ${message}`;
    });
    expect(problems).toEqual(["a wrong example: TS2322: Type 'number' is not assignable to type 'string'."]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
