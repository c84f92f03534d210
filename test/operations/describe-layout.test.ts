import fc from "fast-check";
import { expect, test } from "vitest";
import {
  field,
  indented,
  type Layout,
  optional,
  row,
  section,
  table,
  verbatim,
} from "../../src/operations/describe/layout.ts";
import { amountOf, amountText, percentOf, plus, quantityText, ZERO } from "../../src/operations/describe/quantities.ts";
import { renderLayout } from "../../src/operations/describe/render-layout.ts";

const rendered = (...layout: Layout[]): string[] => renderLayout(layout).split("\n");

test("values line up among neighbours, and a title ends a column", () => {
  expect(
    rendered(
      field("Name", "web"),
      field("Labels", ["app=web", "tier=front"]),
      section("Containers", section("web", field("Image", "nginx"), field("Ports", [])), row("alone")),
      field("QoS Class", "Burstable"),
      optional("Reason", ""),
      optional("Message", undefined),
    ),
  ).toEqual([
    "Name:    web",
    "Labels:  app=web",
    "         tier=front",
    "Containers:",
    "  web:",
    "    Image:  nginx",
    "    Ports:  <none>",
    "  alone",
    "QoS Class:  Burstable",
  ]);
});

test("a table underlines its columns; the last one may have several lines, which stay in it", () => {
  expect(
    rendered(
      section(
        "Events",
        table(
          ["Type", "Message"],
          [
            ["Normal", "one\ntwo"],
            ["Warning", "three"],
          ],
        ),
      ),
    ),
  ).toEqual([
    "Events:",
    "  Type     Message",
    "  ----     -------",
    "  Normal   one",
    "           two",
    "  Warning  three",
  ]);
});

test("columns are as wide as what a terminal shows of them", () => {
  expect(rendered(row("日本", "x"), row("abc", "y"))).toEqual(["日本  x", "abc   y"]);
});

test("what would steer a terminal is shown, and no value can pass for a field", () => {
  expect(rendered(field("Note", "\u001b[31mred\rx\u009b\nName:  other"), verbatim("a\u001b]0;t\u0007\tb"))).toEqual([
    "Note:  ^[[31mred^Mx\\x9b",
    "       Name:  other",
    "a^[]0;t^G\tb",
  ]);
});

test("whatever the cells hold, no control character reaches the terminal and no line ends in blanks", () => {
  const cells = fc.array(fc.string({ unit: "binary" }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(cells, { maxLength: 6 }), (rows) => {
      const text = renderLayout(indented(rows.map((one) => row(...one))));
      expect(/[^\P{Cc}\n\t]/u.test(text)).toBe(false);
      expect(text.split("\n").every((line) => line === line.trimEnd())).toBe(true);
    }),
  );
});

test("quantities are written in the greatest unit that leaves a whole number", () => {
  const written = Object.fromEntries(
    ["8388608Ki", "1500m", "0.5", "2000m", "1000", "1.5Gi", "100n", "1e3", "0", "1023", "12E", "-500m", ".5"].map(
      (text) => [text, quantityText(text)],
    ),
  );
  expect(written).toEqual({
    "8388608Ki": "8Gi",
    "1500m": "1500m",
    "0.5": "500m",
    "2000m": "2",
    "1000": "1k",
    "1.5Gi": "1536Mi",
    "100n": "100n",
    "1e3": "1e3",
    "0": "0",
    "1023": "1023",
    "12E": "12E",
    "-500m": "-500m",
    ".5": "500m",
  });
  expect(quantityText(undefined, "-")).toBe("-");
  expect(() => quantityText("1 GiB")).toThrow('Cannot read "1 GiB" as a quantity');
});

test("a sum is exact, in the units of its first part, and reads back as itself", () => {
  const quantity = fc.tuple(fc.integer({ min: 1, max: 99_999 }), fc.constantFrom("", "m", "k", "Ki", "Mi", "G", "e3"));
  fc.assert(
    fc.property(fc.array(quantity, { minLength: 1, maxLength: 5 }), (parts) => {
      const amounts = parts.map(([count, unit]) => amountOf(`${count}${unit}`));
      const sum = amounts.reduce(plus, ZERO);
      expect(sum.units).toBe(amounts[0]?.units);
      expect(amountOf(amountText(sum)).nano).toBe(amounts.reduce((total, { nano }) => total + nano, 0n));
    }),
  );
  expect(percentOf(amountOf("350m"), amountOf("4"))).toBe("8%");
  expect(percentOf(amountOf("1"), ZERO)).toBe("0%");
});
