import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deleteContext, renameContext, setContext, unset, useContext } from "../../src/config/edit-kubeconfig.ts";
import { parseKubeconfig } from "../../src/config/kubeconfig.ts";
import { mergeKubeconfigs } from "../../src/config/load-kubeconfig.ts";
import { currentContext, listContexts, viewKubeconfig } from "../../src/config/view-kubeconfig.ts";

const FIRST = `
apiVersion: v1
kind: Config
current-context: dev
preferences: {colors: true}
clusters:
- name: dev
  cluster: {server: "https://dev", certificate-authority-data: Q0E=, x-own: kept}
users:
- name: ann
  user: {token: s3cret, client-key-data: S0VZ, exec: {command: login, env: [{name: A, value: s3cret}]}}
contexts:
- name: dev
  context: {cluster: dev, user: ann, namespace: web}
- name: a.b
  context: {cluster: dev, user: ann}
`;
const SECOND = `
contexts:
- name: prod
  context: {cluster: prod, user: ann}
clusters:
- name: prod
  cluster: {server: "https://prod", proxy-url: "http://u:s3cret@p:1"}
`;
const loaded = () => mergeKubeconfigs([parseKubeconfig(FIRST, "/1"), parseKubeconfig(SECOND, "/2")]);

describe("looking", () => {
  test("contexts are listed by name, the current one marked", () => {
    expect(listContexts(loaded()).map(({ name, current }) => [name, current])).toEqual([
      ["a.b", false],
      ["dev", true],
      ["prod", false],
    ]);
    expect(currentContext(loaded())).toBe("dev");
  });

  test("a view holds no secret, unless asked for raw", () => {
    expect(JSON.stringify(viewKubeconfig(loaded()))).not.toMatch(/s3cret|S0VZ/);
    expect(JSON.stringify(viewKubeconfig(loaded(), { raw: true }))).toMatch(/s3cret/);
  });

  test("a minified view keeps what one context needs", () => {
    const view = viewKubeconfig(loaded(), { minify: "prod" });
    expect(view).toMatchObject({
      "current-context": "prod",
      contexts: [{ name: "prod" }],
      clusters: [{ name: "prod" }],
    });
    expect(view.contexts).toHaveLength(1);
    expect(view.clusters).toHaveLength(1);
  });
});

describe("changing", () => {
  test("use-context writes the file that has current-context, and leaves all else as it was", () => {
    const { path, text } = useContext(loaded(), "prod");
    expect(path).toBe("/1");
    const before = parseKubeconfig(FIRST, "/1").document;
    expect(parseKubeconfig(text, "/1").document).toEqual({ ...before, "current-context": "prod" });
  });

  test("use-context of a context that is not there lists the others", () => {
    expect(() => useContext(loaded(), "gone")).toThrow(expect.objectContaining({ code: "CONTEXT_NOT_FOUND" }));
  });

  test("set-context changes a context in its own file", () => {
    const { path, text } = setContext(loaded(), "prod", { namespace: "jobs" }, "/new");
    expect(path).toBe("/2");
    expect(parseKubeconfig(text, "/2").contexts.get("prod")).toEqual({
      cluster: "prod",
      user: "ann",
      namespace: "jobs",
    });
  });

  test("set-context removes a field by an empty text", () => {
    const { text } = setContext(loaded(), "dev", { namespace: "" }, "/new");
    expect(parseKubeconfig(text, "/1").contexts.get("dev")).toEqual({ cluster: "dev", user: "ann" });
  });

  test("set-context makes a first kubeconfig where there is none", () => {
    const { path, text } = setContext(mergeKubeconfigs([]), "x", { cluster: "c" }, "/new");
    expect(path).toBe("/new");
    expect(parseKubeconfig(text, path).contexts.get("x")).toEqual({ cluster: "c" });
  });

  test("rename-context keeps what the context says, and which one is the current", () => {
    const [edit, ...others] = renameContext(loaded(), "dev", "new");
    const file = parseKubeconfig(edit?.text ?? "", "/1");
    expect(file.currentContext).toBe("new");
    expect([...file.contexts]).toEqual([
      ["new", { cluster: "dev", user: "ann", namespace: "web" }],
      ["a.b", { cluster: "dev", user: "ann" }],
    ]);
    expect(others).toEqual([]);
  });

  test("rename-context changes each file that names the context, and no other", () => {
    const third = parseKubeconfig("current-context: prod", "/0");
    const files = [third, ...loaded().files];
    const edits = renameContext(mergeKubeconfigs(files), "prod", "new");
    expect(edits.map(({ path }) => path)).toEqual(["/0", "/2"]);
    const [first, second] = edits.map(({ text, path }) => parseKubeconfig(text, path));
    expect(first?.currentContext).toBe("new");
    expect([...(second?.contexts.keys() ?? [])]).toEqual(["new"]);
    expect(second?.currentContext).toBeUndefined();
  });

  test("rename-context takes no name that is there", () => {
    expect(() => renameContext(loaded(), "dev", "prod")).toThrow(
      'Cannot rename context "dev": there is a "prod" already',
    );
    expect(() => renameContext(loaded(), "gone", "x")).toThrow(expect.objectContaining({ code: "CONTEXT_NOT_FOUND" }));
  });

  test("delete-context takes the context only", () => {
    const { path, text } = deleteContext(loaded(), "dev");
    expect(path).toBe("/1");
    const file = parseKubeconfig(text, path);
    expect([...file.contexts.keys()]).toEqual(["a.b"]);
    expect(file.users.has("ann") && file.clusters.has("dev")).toBe(true);
  });

  test("unset takes a field, an entry with dots in its name, or the current context", () => {
    expect(parseKubeconfig(unset(loaded(), "users.ann.token").text, "/1").users.get("ann")?.token).toBeUndefined();
    expect(parseKubeconfig(unset(loaded(), "contexts.a.b").text, "/1").contexts.has("a.b")).toBe(false);
    expect(parseKubeconfig(unset(loaded(), "current-context").text, "/1").currentContext).toBeUndefined();
    expect(() => unset(loaded(), "users.eve")).toThrow(expect.objectContaining({ code: "KUBECONFIG_INVALID" }));
  });

  test("setting a context twice is setting it once", () => {
    const change = fc.record({ cluster: fc.string(), user: fc.string(), namespace: fc.string() }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), change, (name, fields) => {
        const once = setContext(mergeKubeconfigs([]), name, fields, "/new");
        const again = setContext(mergeKubeconfigs([parseKubeconfig(once.text, "/new")]), name, fields, "/new");
        expect(again.text).toBe(once.text);
      }),
    );
  });
});
