import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  breakDownRule,
  formatRule,
  missingRules,
  type PolicyRule,
  ruleAllows,
} from "../../../src/sandbox/auth/rbac/policy-rule.ts";
import { pathRequest, resourceRequest } from "./server.ts";

describe("a rule allows", () => {
  const pods: PolicyRule = { apiGroups: [""], resources: ["pods"], verbs: ["list"] };

  test("its verbs on its resources in its groups, and nothing else", () => {
    expect(ruleAllows(pods, resourceRequest("list", "pods"))).toBe(true);
    expect(ruleAllows(pods, resourceRequest("get", "pods"))).toBe(false);
    expect(ruleAllows(pods, resourceRequest("list", "secrets"))).toBe(false);
    expect(ruleAllows(pods, resourceRequest("list", "pods", { group: "metrics.k8s.io" }))).toBe(false);
  });

  test("a sub-resource only where it is named, with its resource or with a star", () => {
    const log = resourceRequest("list", "pods", { subresource: "log" });
    expect(ruleAllows(pods, log)).toBe(false);
    expect(ruleAllows({ ...pods, resources: ["pods/log"] }, log)).toBe(true);
    expect(ruleAllows({ ...pods, resources: ["*/log"] }, log)).toBe(true);
    expect(ruleAllows({ ...pods, resources: ["*/scale"] }, log)).toBe(false);
    expect(ruleAllows({ ...pods, resources: ["*"] }, log)).toBe(true);
    expect(ruleAllows({ ...pods, resources: ["*/log"] }, resourceRequest("list", "pods"))).toBe(false);
  });

  test("named objects only by their name", () => {
    const one = { ...pods, verbs: ["get"], resourceNames: ["one"] };
    expect(ruleAllows(one, resourceRequest("get", "pods", { name: "one" }))).toBe(true);
    expect(ruleAllows(one, resourceRequest("get", "pods", { name: "two" }))).toBe(false);
    expect(ruleAllows(one, resourceRequest("get", "pods"))).toBe(false);
  });

  test("paths exactly, below a trailing star, or all", () => {
    const paths = (...nonResourceURLs: string[]): PolicyRule => ({ nonResourceURLs, verbs: ["get"] });
    expect(ruleAllows(paths("/api"), pathRequest("get", "/api"))).toBe(true);
    expect(ruleAllows(paths("/api"), pathRequest("get", "/api/v1"))).toBe(false);
    expect(ruleAllows(paths("/api/*"), pathRequest("get", "/api/v1"))).toBe(true);
    expect(ruleAllows(paths("/api/*"), pathRequest("get", "/api"))).toBe(false);
    expect(ruleAllows(paths("*"), pathRequest("get", "/anything"))).toBe(true);
    expect(ruleAllows(paths("*"), resourceRequest("get", "pods"))).toBe(false);
  });
});

const words = (...of: string[]): fc.Arbitrary<string[]> => fc.subarray(of, { minLength: 1 });
const anyRule: fc.Arbitrary<PolicyRule> = fc.oneof(
  fc.record({
    verbs: words("get", "list", "create", "*"),
    apiGroups: words("", "apps", "*"),
    resources: words("pods", "pods/log", "deployments", "*", "*/scale"),
    resourceNames: fc.subarray(["a", "b"]),
  }),
  fc.record({ verbs: words("get", "post", "*"), nonResourceURLs: words("/api", "/api/*", "/healthz", "*") }),
);

describe("escalation", () => {
  test("holding exactly the wanted rules leaves nothing missing", () => {
    fc.assert(
      fc.property(fc.array(anyRule), (rules) => {
        expect(missingRules(rules, rules)).toEqual([]);
      }),
    );
  });

  test("what is missing is wanted, and adding it to what is held makes the whole held", () => {
    fc.assert(
      fc.property(fc.array(anyRule), fc.array(anyRule), (held, wanted) => {
        const missing = missingRules(held, wanted);
        expect(missingRules([...held, ...missing], wanted)).toEqual([]);
        const atoms = wanted.flatMap(breakDownRule).map((atom) => JSON.stringify(Object.entries(atom).sort()));
        for (const atom of missing.flatMap(breakDownRule)) {
          expect(atoms).toContain(JSON.stringify(Object.entries(atom).sort()));
        }
      }),
    );
  });

  test("a rule without names is not covered by one with names", () => {
    const all: PolicyRule = { verbs: ["get"], apiGroups: [""], resources: ["secrets"] };
    const named: PolicyRule = { ...all, resourceNames: ["a"] };
    expect(missingRules([named], [all])).toEqual([all]);
    expect(missingRules([all], [named])).toEqual([]);
  });

  test("a rule is shown as the API shows it", () => {
    const rule = { verbs: ["get", "list"], apiGroups: [""], resources: ["pods"], resourceNames: ["x"] };
    expect(formatRule(rule)).toBe('{APIGroups:[""], Resources:["pods"], ResourceNames:["x"], Verbs:["get" "list"]}');
    expect(formatRule({ verbs: ["get"], nonResourceURLs: ["/metrics"] })).toBe(
      '{NonResourceURLs:["/metrics"], Verbs:["get"]}',
    );
  });
});
