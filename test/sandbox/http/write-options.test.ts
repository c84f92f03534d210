import { expect, test } from "vitest";
import { fieldValidation } from "../../../src/sandbox/http/write-options.ts";

test("an unknown field validation is refused with what there is, the empty one first", () => {
  expect(fieldValidation(new URLSearchParams("fieldValidation=Strict"), "CreateOptions")).toBe("Strict");
  expect(() => fieldValidation(new URLSearchParams("fieldValidation=Huh"), "CreateOptions")).toThrow(
    'fieldValidation: Unsupported value: "Huh": supported values: "", "Ignore", "Strict", "Warn"',
  );
});
