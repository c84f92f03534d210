import { expect, test } from "vitest";
import { configMapKey } from "../../../src/sandbox/validation/names.ts";

test("several examples of a name are joined as the server joins them", () => {
  expect(configMapKey("bad key")).toEqual([
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
  ]);
});
