import { expect, test } from "vitest";
import { prepare } from "../../src/repl/evaluate.ts";
import { forgottenAwait } from "../../src/repl/forgotten-await.ts";
import { hintAt, hintsAfter } from "../../src/repl/hints.ts";
import { suggestMethod } from "../../src/repl/suggest-method.ts";
import { openCluster } from "../../src/runtime/open-cluster.ts";

const k8s = await openCluster({
  kubeconfig:
    "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{ name: c, cluster: { server: 'https://192.0.2.1' } }]\ncontexts: [{ name: c, context: { cluster: c } }]\n",
  env: {},
});

test.each([
  ['k8s.pods.get("a)").spec.containers', 'k8s.pods.get("a)") gives a promise: write (await k8s.pods.get("a)")).spec'],
  ["k8s.pods.list()[0]", "k8s.pods.list() gives a promise: write (await k8s.pods.list())[…]"],
  ["1 + k8s.in('web').pods.list({ limit: 1 }).length", "k8s.in('web').pods.list({ limit: 1 }) gives"],
  ["k8s.deployments.rollout.history('web').at(-1)", "(await k8s.deployments.rollout.history('web')).at"],
  ["for (const pod of k8s.pods.list()) log(pod)", "write await k8s.pods.list()"],
  ["[...k8s.pods.list()]", "write await k8s.pods.list()"],
])("in %s an await is missing", (source, hint) => {
  expect(forgottenAwait(source, k8s)).toContain(hint);
});

test.each([
  "k8s.pods.list()",
  "(await k8s.pods.list()).length",
  "await k8s.pods.list()",
  "k8s.pods.list().then((pods) => pods.length)",
  "const pods = k8s.pods.list()",
  "for await (const event of k8s.pods.watch()) log(event.type)",
  'k8s.make.deployment("web", { image: "a" }).spec',
  'k8s.in("web").namespace',
  "other.k8s.pods.list().length",
  "k8s.pods.list(",
])("in %s none is", (source) => {
  expect(forgottenAwait(source, k8s)).toBeUndefined();
});

test.each([
  ["k8s.get is not a function", "It is a verb of a resource: k8s.pods.get, k8s.deployments.get …"],
  ["k8s.logs is not a function", "It is a verb of a resource: k8s.pods.logs, k8s.deployments.logs …"],
  ["k8s.pods.list is not a function or its return value is not iterable", undefined],
  ["k8s.pods.lst is not a function", "Did you mean k8s.pods.list?"],
])("%s: %s", (message, suggestion) => {
  expect(suggestMethod(new TypeError(message), k8s)).toBe(suggestion);
});

const pods = Promise.resolve([]);
const context = { k8s, global: (name: string) => (name === "pods" ? pods : undefined) };

test.each([
  ["const pods = k8s.pods.list()", undefined, ["pods is a promise: write pods = await …, or await pods"]],
  ["const pods = k8s.pods.list(); await pods", [], []],
  ["const other = 1", undefined, []],
  ["k8s.pods.list;", () => undefined, ["Call it: k8s.pods.list(…)"]],
  ["log", () => undefined, []],
  ["k8s.pods.list().length", undefined, [expect.stringContaining("(await k8s.pods.list()).length")]],
  ["k8s.pods.find('a')", undefined, []],
])("%s, which gives %j, is followed by %j", (source, value, hints) => {
  expect(hintsAfter({ source, evaluation: prepare(source, "prompt"), value }, context)).toEqual(hints);
});

test.each([
  ["kubectl get po -n web", "k8s.pods.list();"],
  ["kubectl get deploy web", 'k8s.deployments.get("web");'],
  ["kubectl describe Node node0", 'k8s.nodes.describe("node0");'],
  ["kubectl logs web-0 -f", 'k8s.pods.logs("web-0");'],
  ["kubectl apply -f web.yaml", "k8s.pods.list();"],
])("for %s it is told how that is said here", (source, line) => {
  const error = errorOf(() => prepare(source, "prompt"));
  expect(hintAt(error, source, context)).toContain(`functions here: ${line} docs/`);
});

test.each([
  ["exit", ".exit leaves, and so does Ctrl-D"],
  ["clear", ".clear clears the screen, and so does Ctrl-L"],
  ["deploy", "Did you mean k8s.deployments?"],
  ["configMap", "Did you mean k8s.configmaps?"],
  ["whoami", "Did you mean k8s.whoami?"],
  ["kubectlx", undefined],
])("%s, which is not defined: %j", (name, hint) => {
  expect(hintAt(new ReferenceError(`${name} is not defined`), name, context)).toBe(hint);
});

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

test("an error from a promise that was kept names it, and one of another kind brings no hint", () => {
  for (const message of ["pods.map is not a function", "pods is not iterable"]) {
    expect(hintAt(new TypeError(message), "pods", context)).toBe("pods is a promise: write (await pods)");
  }
  expect(hintAt(new TypeError("other.map is not a function"), "other.map()", context)).toBeUndefined();
  expect(hintAt(new Error("pods is not iterable"), "k8s.pods.list().length", context)).toBeUndefined();
});
