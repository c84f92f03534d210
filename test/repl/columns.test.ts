import { expect, test } from "vitest";
import { cellText, formatColumns } from "../../src/repl/render/columns.ts";

test("a cell stands on one line and does not steer the terminal, whatever it holds", () => {
  expect(cellText("a\u001b[2Jb\r\nc\u009b1m\u0007")).toBe("a^[[2Jb\\nc\\x9b1m^G");
  expect(cellText({ a: "\u001b" })).toBe('{"a":"\\u001b"}');
  expect([cellText(null), cellText(undefined), cellText(0), cellText("")]).toEqual(["<none>", "<none>", "0", ""]);
});

test("columns are as wide as what a terminal shows of them", () => {
  expect(formatColumns(["A", "B"], [["日本", "x"]])).toBe("A      B\n日本   x");
});
