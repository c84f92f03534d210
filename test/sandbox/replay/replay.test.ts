import { describe, expect, it } from "vitest";
import { replay } from "./replay.ts";

/** How many exchanges each topic compares, so that none is lost unnoticed. */
const TOPICS: Readonly<Record<string, number>> = {
  discovery: 35,
  crud: 51,
  patch: 24,
  apply: 18,
  "list-watch": 31,
  crd: 17,
  auth: 25,
  controllers: 17,
};

describe("the sandbox answers as a real API server did", () => {
  it.each(Object.entries(TOPICS))("in every exchange about %s", async (topic, count) => {
    const { compared, mismatches } = await replay(topic);
    expect(mismatches).toEqual([]);
    expect(compared).toBe(count);
  });
});
