import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { printResult, resultFormat } from "../../src/cli/print-result.ts";
import { fakeTerminal } from "../support/terminal.ts";

async function printed(value: unknown, output?: string, tty = false): Promise<string> {
  const { terminal, stdout } = fakeTerminal({ NO_COLOR: "1" }, tty);
  await printResult(value, resultFormat(output === undefined ? {} : { output }, terminal), terminal);
  return stdout();
}

const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" } };

test("a pipe gets JSON, a terminal what people read, and -o decides over both", async () => {
  expect(JSON.parse(await printed([pod]))).toEqual([pod]);
  expect(await printed([pod], undefined, true)).toBe("NAME   AGE\nweb    <unknown>\n");
  expect(await printed([pod], "name", true)).toBe("pod/web\n");
  expect(await printed(pod, "jsonpath={.metadata.name}")).toBe("web\n");
});

test("a text stands as it is, with one newline at its end, unless JSON was asked for", async () => {
  expect(await printed("two\nlines")).toBe("two\nlines\n");
  expect(await printed("ended\n")).toBe("ended\n");
  expect(await printed("a", "json")).toBe('"a"\n');
});

test("undefined writes nothing, null does", async () => {
  expect(await printed(undefined)).toBe("");
  expect(await printed(null)).toBe("null\n");
});

test("a format that does not exist is refused before anything runs", () => {
  expect(() => resultFormat({ output: "xml" }, fakeTerminal().terminal)).toThrow('Cannot write "xml"');
});

test("a reader that does not keep up slows what is read, and loses nothing", async () => {
  const { terminal, stdout } = fakeTerminal();
  let pulled = 0;
  async function* endless(): AsyncGenerator<string> {
    for (; pulled < 500; pulled += 1) yield "x".repeat(1000);
  }
  const printing = printResult(endless(), { format: { type: "json" }, chosen: true }, terminal);
  for (let turns = 0; turns < 1000; turns += 1) await turn();
  expect(pulled).toBeLessThan(100);
  let text = "";
  let done = false;
  void printing.then(() => {
    done = true;
  });
  while (!done || terminal.stdout.writableLength > 0) {
    text += stdout();
    await turn();
  }
  expect((text + stdout()).trimEnd().split("\n")).toHaveLength(500);
});
