import { describe, expect, test } from "vitest";
import { AbortError, ConnectionError, KubescriptError, UsageError } from "../../src/errors.ts";
import { parseOutputFormat, render } from "../../src/repl/render/output.ts";
import { objectTable, recordTable } from "../../src/repl/render/table.ts";
import { printLive } from "../../src/repl/watch-view.ts";
import { ResourceList } from "../../src/resources/list.ts";
import { listOfTable } from "../../src/resources/printed.ts";
import { errorText } from "../../src/runtime/error-text.ts";
import { lineSink } from "../support/line-sink.ts";

const column = (name: string, priority = 0) => ({ name, type: "string", format: "", description: "", priority });
const pod = (name: string, namespace: string) => ({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace } });

function printed(...rows: [name: string, namespace: string, ready: string, node: string][]) {
  const { items } = listOfTable<ReturnType<typeof pod>>({
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    columnDefinitions: [column("Name"), column("Ready"), column("Node", 1)],
    rows: rows.map(([name, namespace, ready, node]) => ({ cells: [name, ready, node], object: pod(name, namespace) })),
  });
  return new ResourceList({ apiVersion: "v1", kind: "PodList", metadata: { resourceVersion: "7" }, items });
}

const how = (format: string) => ({ format: parseOutputFormat(format), color: false, now: 0 });

test("a text has no newline of its own at its end, whether shown bare or at a prompt", async () => {
  const shown = (text: string, quoted = false) => render(text, { ...how("table"), quoted });
  expect(await shown("two\nlines\n")).toBe("two\nlines");
  expect(await shown("two\nlines\n", true)).toBe("two\nlines");
  expect(await shown("a blank line below\n\n")).toBe("a blank line below\n");
  expect(await shown("short", true)).toBe("'short'");
});

describe("a list from the server", () => {
  const list = printed(["web", "a", "1/1", "n1"], ["database", "a", "0/1", "n2"]);

  test("is printed in the server's columns", async () => {
    expect(await render(list, how("table"))).toBe("NAME       READY\nweb        1/1\ndatabase   0/1");
  });

  test("shows the further columns when wide", async () => {
    expect(await render(list, how("wide"))).toBe(
      "NAME       READY   NODE\nweb        1/1     n1\ndatabase   0/1     n2",
    );
  });

  test("keeps its columns when filtered and sorted", async () => {
    const some = list.filter(({ metadata }) => metadata.name === "database");
    expect(await render(some, how("table"))).toBe("NAME       READY\ndatabase   0/1");
  });

  test("shows namespaces when there are several", () => {
    const all = printed(["web", "a", "1/1", ""], ["web", "bb", "1/1", ""]);
    expect(objectTable(all, { now: 0 })).toBe(
      "NAMESPACE   NAME   READY\na           web    1/1\nbb          web    1/1",
    );
  });

  test("is the API's list object as JSON, names with -o name, and takes jsonpath", async () => {
    expect(JSON.parse((await render(list, how("json"))) ?? "")).toEqual({
      apiVersion: "v1",
      kind: "PodList",
      metadata: { resourceVersion: "7" },
      items: [pod("web", "a"), pod("database", "a")],
    });
    expect(await render(list, how("name"))).toBe("pod/web\npod/database");
    const nameless = { apiVersion: "metrics.k8s.io/v1beta1", kind: "Usage", metadata: {} };
    await expect(render([nameless], how("name"))).rejects.toThrow("Cannot write names");
    expect(await render(list, how("jsonpath={.items[*].metadata.name}"))).toBe("web database");
  });

  test("of all namespaces shows them also where there is one", () => {
    const table = {
      kind: "Table" as const,
      apiVersion: "meta.k8s.io/v1",
      columnDefinitions: [column("Name")],
      rows: [{ cells: ["web"], object: pod("web", "a") }],
    };
    expect(objectTable(listOfTable(table, true).items, { now: 0 })).toBe("NAMESPACE   NAME\na           web");
    expect(objectTable(listOfTable(table).items, { now: 0 })).toBe("NAME\nweb");
  });

  test("is empty where the server's table has null for rows", () => {
    const table = { kind: "Table" as const, apiVersion: "meta.k8s.io/v1", columnDefinitions: [column("Name")] };
    expect(listOfTable({ ...table, rows: null }).items).toEqual([]);
  });

  test("says when it is empty, and of which namespace", async () => {
    expect(await render(printed(), how("table"))).toBe("No resources found");
    const none = new ResourceList({ apiVersion: "v1", kind: "PodList", metadata: {}, items: [] }, "web");
    expect(await render(none, how("table"))).toBe("No resources found in web namespace.");
    expect(await render(none, how("name"))).toBeUndefined();
  });
});

test("objects that the server did not print have name and age", () => {
  const made = {
    ...pod("web", "a"),
    metadata: { name: "web", namespace: "a", creationTimestamp: "1970-01-01T00:00:00Z" },
  };
  expect(objectTable([made], { now: 90_000 })).toBe("NAME   AGE\nweb    90s");
});

test("one object is YAML without managedFields", async () => {
  const object = { ...pod("web", "a"), metadata: { name: "web", managedFields: [{ manager: "x" }] } };
  expect(await render(object, how("table"))).toBe("apiVersion: v1\nkind: Pod\nmetadata:\n  name: web");
});

test("records of single values are a table, others are inspected", async () => {
  expect(await render([{ podName: "a", restarts: 1 }, { podName: "b" }], how("table"))).toBe(
    "POD NAME   RESTARTS\na          1\nb          <none>",
  );
  expect(recordTable([{ a: { b: 1 } }])).toBeUndefined();
  expect(await render([1, 2], how("table"))).toBe("[ 1, 2 ]");
});

test("what holds nothing is told by what can be called on it", async () => {
  class Rollout {
    undo(): void {}
    history(): void {}
  }
  expect(await render(new Rollout(), how("table"))).toBe("Rollout: history, undo");
  expect(await render(Object.assign(new Rollout(), { name: "web" }), how("table"))).toBe("Rollout { name: 'web' }");
  const methods = Object.assign(Object.create(null), { undo() {} });
  expect(await render(Object.create(methods), how("table"))).toBe("Object: undo");
  expect(await render(new Date(0), how("table"))).toBe("1970-01-01T00:00:00.000Z");
});

test("undefined prints nothing, other values are JSON", async () => {
  expect(await render(undefined, how("json"))).toBeUndefined();
  expect(await render(new Map([["a", new Set([1n])]]), how("json"))).toBe('{\n  "a": [\n    "1"\n  ]\n}');
  expect(() => parseOutputFormat("xml")).toThrow('Cannot write "xml"');
});

test("an error of ours shows message, cause and next step, without a stack", () => {
  const error = new ConnectionError("CONNECTION_REFUSED", "Cannot reach x", {
    cause: new Error("why"),
    hint: "Do this.",
  });
  error.stack = "";
  expect(errorText(error, { color: false })).toBe("ConnectionError: Cannot reach x\n  because: why\n  Do this.");
  expect(errorText("text", { color: false })).toBe("Thrown: text");
  const parsed = new UsageError("SYNTAX", "Cannot read x.yaml: no end", {
    cause: new Error("no end (1:5)\n\n 1 | a: ["),
  });
  parsed.stack = "";
  expect(errorText(parsed, { color: false })).toBe("UsageError: Cannot read x.yaml: no end");
});

describe("values that JSON has no words for", () => {
  test("are told in every format: errors, commands' output, what refers to itself", async () => {
    const results = [Object.assign(new Error("gone"), { code: "GONE" }), 10n, new Map([["a", new Set([1])]])];
    const told = [{ name: "Error", message: "gone", code: "GONE" }, "10", { a: [1] }];
    expect(JSON.parse((await render(results, how("json"))) ?? "")).toEqual(told);
    expect(await render(results[1], how("yaml"))).toBe('"10"');
    const ring: { self?: unknown } = {};
    ring.self = ring;
    await expect(render(ring, how("json"))).rejects.toThrow("it refers to itself");
    await expect(render(ring, how("yaml"))).rejects.toThrow("it refers to itself");
    const { $ } = await import("zx/core");
    const output = await $({ verbose: false })`printf 'a\nb\n'`;
    expect(await render(output, how("json"))).toBe('"a\\nb"');
    expect(await render(output, how("table"))).toBe("a\nb");
  });

  test("a list as the API sends it gives the names of its items", async () => {
    const list = {
      apiVersion: "apps/v1",
      kind: "DeploymentList",
      metadata: {},
      items: [{ metadata: { name: "web" } }],
    };
    expect(await render(list, how("name"))).toBe("deployment.apps/web");
  });
});

describe("what comes bit by bit", () => {
  async function* events() {
    yield { type: "ADDED", object: pod("web", "a") };
    yield { pod: "web", container: "c", line: "hello" };
  }
  const printed = async (format: string, values: AsyncIterable<unknown>): Promise<string[]> => {
    const { stream, lines } = lineSink();
    await printLive(values, { ...how(format), signal: new AbortController().signal }, stream);
    return lines;
  };

  test("is a line of JSON each, a document of YAML, or the object's name", async () => {
    const lines = await printed("json", events());
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { type: "ADDED", object: pod("web", "a") },
      { pod: "web", container: "c", line: "hello" },
    ]);
    async function* added() {
      yield { type: "ADDED", object: pod("web", "a") };
      yield { type: "SYNCED", object: { ...pod("web", "a"), metadata: {} } };
    }
    expect(await printed("name", added())).toEqual(["pod/web"]);
    expect(await printed("jsonpath={.type}", added())).toEqual(["ADDED", "SYNCED"]);
    expect((await printed("yaml", added())).join("\n")).toMatch(/^---\ntype: ADDED\n/);
  });

  test("is the line alone for a log, as a table", async () => {
    async function* log() {
      yield { pod: "web", container: "c", line: "hello" };
    }
    expect(await printed("table", log())).toEqual(["hello"]);
  });
});

test("an error shows the user's lines, and none of ours, Node's or a dependency's", () => {
  const stack = (first: string): string =>
    [
      first,
      "    at f (/home/me/cleanup.ts:2:9)",
      `    at run (${new URL("../../src/cli/run.ts", import.meta.url).href}:1:2)`,
      "    at Generator.next (<anonymous>)",
      "    at node:internal/timers:1:1",
      "    at g (/home/me/node_modules/p/index.js:1:1)",
    ].join("\n");
  const listing = Object.assign(new UsageError("SYNTAX", "Cannot bundle\n  at x.ts:2:11"), { stack: "" });
  listing.stack = `UsageError: ${listing.message}\n    at node:internal/x:1:1`;
  expect(errorText(listing, { color: false })).toBe("UsageError: Cannot bundle\n  at x.ts:2:11");
  const plain = Object.assign(new Error("boom"), { stack: stack("Error: boom") });
  expect(errorText(plain, { color: false })).toBe("Error: boom\n    at f (/home/me/cleanup.ts:2:9)");
  const own = Object.assign(new UsageError("USAGE", "Cannot", { hint: "Do." }), { stack: stack("UsageError: Cannot") });
  expect(errorText(own, { color: false })).toBe("UsageError: Cannot\n  Do.\n    at f (/home/me/cleanup.ts:2:9)");
});

test("the base of the family of errors is told as an error, not by its class", () => {
  const error = Object.assign(new KubescriptError("WAIT_FAILED", "Cannot wait for pods"), { stack: "" });
  expect(errorText(error, { color: false })).toBe("Error: Cannot wait for pods");
});

test("a cause that the message above it has in its own sentence is not told again", () => {
  const cause = new AbortError("Interrupted");
  const error = new AbortError("Cannot drain node: it was interrupted", { cause, hint: "Drain again." });
  error.stack = "";
  expect(errorText(error, { color: false })).toBe("AbortError: Cannot drain node: it was interrupted\n  Drain again.");
});
