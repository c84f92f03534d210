import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { packageOf, thirdPartyLicenses } from "../../scripts/third-party-licenses.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "licences-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function addPackage(name: string, files: Readonly<Record<string, string>>): void {
  const folder = path.join(root, "node_modules", name);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(folder, file), text);
}

test.each([
  ["src/index.ts", undefined],
  ["node_modules/acorn/dist/acorn.mjs", "node_modules/acorn"],
  ["node_modules/@a/b/index.js", "node_modules/@a/b"],
  ["node_modules/a/node_modules/b/index.js", "node_modules/a/node_modules/b"],
])("%s belongs to %s", (input, folder) => {
  expect(packageOf(input)).toBe(folder);
});

test("every package is named once, with its licence and notice", () => {
  addPackage("b", { "package.json": '{"name":"b","version":"2.0.0"}', LICENCE: "Be kind.", NOTICE: "By B." });
  addPackage("@a/a", {
    "package.json": '{"name":"@a/a","version":"1.0.0","license":"MIT"}',
    "license.md": "Permitted.",
  });
  const inputs = ["src/x.ts", "node_modules/b/1.js", "node_modules/b/2.js", "node_modules/@a/a/lib/3.js"];
  const text = thirdPartyLicenses(inputs, root);
  expect(text).toContain("@a/a 1.0.0 (MIT)\n\nPermitted.\n");
  expect(text).toContain("b 2.0.0 (see below)\n\nBe kind.\n\nBy B.\n");
  expect(text.match(/2\.0\.0/g)).toHaveLength(1);
});

test("a package without a licence is not bundled", () => {
  addPackage("b", { "package.json": '{"name":"b","version":"2.0.0"}' });
  expect(() => thirdPartyLicenses(["node_modules/b/1.js"], root)).toThrow(
    "Cannot bundle b 2.0.0: it carries no licence",
  );
});
