import { describe, expect, it } from "vitest";
import { blocksOf, firstMissing, normalise, sandboxFlags, steps } from "../../scripts/check-docs.ts";

describe("the docs check", () => {
  it("finds the fenced blocks, their languages and the files that they are to be written to", () => {
    const markdown = "a\n```ts\n1\n```\n<!-- file: x.yaml -->\n```yaml fragment\na: 1\n```\n";
    expect(blocksOf(markdown).map(({ language, fragment, file, text }) => [language, fragment, file, text])).toEqual([
      ["ts", false, undefined, "1"],
      ["yaml", true, "x.yaml", "a: 1"],
    ]);
  });

  it("finds the flags of the sandbox that a file asks for", () => {
    expect(sandboxFlags("# T\n<!-- sandbox: --pods=process --metrics -->\ntext")).toEqual([
      "--pods=process",
      "--metrics",
    ]);
    expect(sandboxFlags("# T\ntext")).toEqual([]);
  });

  it("splits a console block into commands and what each prints", () => {
    expect(steps("$ a \\\n  b\nout\nsandbox/default> k8s.x\nmore")).toEqual([
      { kind: "shell", command: "a   b", expected: ["out"] },
      { kind: "prompt", command: "k8s.x", expected: ["more"] },
    ]);
  });

  it("takes one age or generated name for another, and nothing else", () => {
    expect(normalise("web-6f4bf77c6b-2bknc   1/1   3m12s")).toBe(normalise("web-66778899aa-xxxxx 1/1 7s"));
    expect(normalise("web 1/1")).not.toBe(normalise("web 0/1"));
  });

  it("names the first line that is not printed in its turn", () => {
    expect(firstMissing(["a", "…", "c"], "a\nb\nc")).toBeUndefined();
    expect(firstMissing(["c", "a"], "a\nb\nc")).toBe("a");
    expect(firstMissing(["x…z"], "x y z")).toBeUndefined();
  });
});
