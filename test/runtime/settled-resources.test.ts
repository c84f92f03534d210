import { describe, expect, test } from "vitest";
import { settledResource } from "../../src/runtime/settled-resources.ts";

describe("a built-in resource", () => {
  test.each([
    ["pods", "pods"],
    ["deploy", "deployments"],
    ["hpa", "horizontalpodautoscalers"],
  ])("needs no discovery where every server has it in one version: %s", (name, plural) => {
    expect(settledResource(name)?.name).toBe(plural);
  });

  test.each(["flowschemas", "resourceclaims", "validatingadmissionpolicies", "servicecidrs", "widgets"])(
    "is looked up where servers differ in its version, or it is none: %s",
    (name) => {
      expect(settledResource(name)).toBeUndefined();
    },
  );
});
