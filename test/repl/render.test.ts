import { describe, expect, test } from "vitest";
import { ConnectionError } from "../../src/errors.ts";
import { parseOutputFormat, render } from "../../src/repl/render/output.ts";
import { objectTable, recordTable } from "../../src/repl/render/table.ts";
import { ResourceList } from "../../src/resources/list.ts";
import { listOfTable } from "../../src/resources/printed.ts";
import { errorText } from "../../src/runtime/error-text.ts";

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
    expect(await render(list, how("jsonpath={.items[*].metadata.name}"))).toBe("web database");
  });

  test("says when it is empty", async () => {
    expect(await render(printed(), how("table"))).toBe("No resources found");
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
  expect(errorText(error, { color: false })).toBe("ConnectionError: Cannot reach x\n  because: why\n  Do this.");
  expect(errorText("text", { color: false })).toBe("Thrown: text");
});
