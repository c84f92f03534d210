import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseKubeconfig } from "../../src/config/kubeconfig.ts";
import { kubeconfigPaths, loadKubeconfig, mergeKubeconfigs } from "../../src/config/load-kubeconfig.ts";
import { failureOf, kubeconfig, outside } from "./support/outside.ts";

describe("which files are read", () => {
  const base = { homeDirectory: "/home/ann", currentDirectory: "/work", env: {} };

  test("~/.kube/config by default", () => {
    expect(kubeconfigPaths(base).paths).toEqual(["/home/ann/.kube/config"]);
  });

  test("those of KUBECONFIG, duplicates and empty names dropped", () => {
    const env = { KUBECONFIG: "/a:b::/a:/work/b:/c" };
    expect(kubeconfigPaths({ ...base, env }).paths).toEqual(["/a", "/work/b", "/c"]);
  });

  test("that of --kubeconfig alone, whatever KUBECONFIG says", () => {
    const options = { ...base, env: { KUBECONFIG: "/a" }, kubeconfig: "mine" };
    expect(kubeconfigPaths(options)).toEqual({ paths: ["/work/mine"], required: true });
  });

  test("missing and empty files of KUBECONFIG are skipped", async () => {
    const options = outside({ "/b": " \n", "/c": kubeconfig("c") }, { env: { KUBECONFIG: "/a:/b:/c" } });
    expect((await loadKubeconfig(options)).files.map((file) => file.path)).toEqual(["/c"]);
  });

  test("a missing file of --kubeconfig is an error that names it", async () => {
    const error = await failureOf(loadKubeconfig({ ...outside({}), kubeconfig: "/gone" }));
    expect(error).toMatchObject({ code: "KUBECONFIG_NOT_FOUND" });
    expect(error.message).toContain("/gone");
  });
});

describe("merging", () => {
  test("the first file that has a name wins with its whole entry, and the first current-context wins", () => {
    const first = parseKubeconfig("users: [{name: x, user: {token: one}}]", "/1");
    const second = parseKubeconfig(
      "current-context: b\nusers: [{name: x, user: {token: two, username: u}}, {name: z, user: {token: zz}}]",
      "/2",
    );
    const merged = mergeKubeconfigs([first, second]);
    expect(merged.users.get("x")).toEqual({ value: { token: "one" }, file: "/1" });
    expect(merged.users.get("z")?.file).toBe("/2");
    expect(merged.currentContext).toBe("b");
  });

  test("every entry comes whole from the first file that names it", () => {
    const names = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"));
    fc.assert(
      fc.property(fc.array(names, { maxLength: 5 }), (files) => {
        const parsed = files.map((users, index) =>
          parseKubeconfig(
            JSON.stringify({ users: users.map((name) => ({ name, user: { token: `${index}` } })) }),
            `/${index}`,
          ),
        );
        const merged = mergeKubeconfigs(parsed);
        for (const name of ["a", "b", "c", "d"] as const) {
          const first = files.findIndex((users) => users.includes(name));
          expect(merged.users.get(name)?.value.token).toBe(first < 0 ? undefined : `${first}`);
        }
      }),
    );
  });
});

describe("errors name file and line", () => {
  const failure = (text: string): Error => {
    try {
      parseKubeconfig(text, "/kube/config");
    } catch (error) {
      return error as Error;
    }
    throw new Error("expected a failure");
  };

  test("for text that is not YAML, without quoting it", () => {
    const error = failure("apiVersion: v1\nusers:\n- name: a\n  user: {token: s3cret\nclusters: []\n");
    expect(error).toMatchObject({ name: "ConfigError", code: "KUBECONFIG_INVALID" });
    expect(error.message).toMatch(/\/kube\/config.*line \d/);
    expect(error.message).not.toContain("s3cret");
    expect(String(error.cause ?? "")).not.toContain("s3cret");
  });

  test("for a field of the wrong type", () => {
    const error = failure("clusters:\n- name: a\n  cluster:\n    insecure-skip-tls-verify: true\n    server: 8080\n");
    expect(error.message).toContain("/kube/config, line 5: clusters[0].cluster.server must be a string");
  });

  test("for a number where a token stands, with the way out", () => {
    const error = failure("users:\n- name: a\n  user:\n    token: 1234\n");
    expect(error.message).toContain("line 4");
    expect(error.message).toContain("put it in quotes");
    expect(error.message).not.toContain("1234");
  });

  test("for a name that is there twice", () => {
    const error = failure("contexts:\n- name: a\n  context: {}\n- name: a\n  context: {}\n");
    expect(error.message).toContain('line 4: contexts has two entries named "a"');
  });

  test("for a document of another kind", () => {
    expect(failure("apiVersion: v1\nkind: Pod\n").message).toContain('line 2: kind is "Pod"');
  });

  test("inside an exec entry", () => {
    const error = failure("users:\n- name: a\n  user:\n    exec:\n      command: x\n      args: [1]\n");
    expect(error.message).toContain("line 6: users[0].user.exec.args must be a list of strings");
  });
});

test("null lists are empty, as kubectl writes them", () => {
  const file = parseKubeconfig("apiVersion: v1\nkind: Config\nclusters: null\nusers: null\ncontexts: null\n", "/a");
  expect([file.clusters.size, file.users.size, file.contexts.size, file.currentContext]).toEqual([0, 0, 0, undefined]);
});
