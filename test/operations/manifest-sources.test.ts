import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { manifestFiles } from "../../src/operations/manifests/files.ts";
import { jsonStream } from "../../src/operations/manifests/json-stream.ts";
import { readManifests } from "../../src/operations/manifests/manifests.ts";
import { inRanks, inReverseRanks } from "../../src/operations/manifests/order.ts";
import { isPath } from "../../src/operations/manifests/source-texts.ts";
import { standardInput } from "../../src/operations/manifests/stdin.ts";
import { sandboxCluster } from "../support/sandbox-cluster.ts";
import { listenHttp } from "../transport/support/servers.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "kubescript-sources-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const configMap = (name: string, data = "{}"): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: ${data}\n`;
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(path.join(folder, name), content);
  return path.join(folder, name);
};
const names = async (...parameters: Parameters<typeof readManifests>): Promise<(string | undefined)[]> =>
  (await readManifests(...parameters)).map(({ object }) => object.metadata?.name);

test("every verb reads URLs beside files and objects, and shows what it reads", async () => {
  await using web = await listenHttp((request, response) => {
    if (request.url?.startsWith("/page")) {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("\n<!DOCTYPE html><html></html>");
    } else
      response.end(`${configMap("one")}---\n${request.url === "/bad.yaml?key=s3cret" ? "kind: X" : configMap("two")}`);
  });
  const url = `http://127.0.0.1:${web.port}`;
  const shown: string[] = [];
  const cluster = sandboxCluster({
    showProgress: (title) => {
      shown.push(title);
      return { update: () => {}, end: () => void shown.push("end") };
    },
  });
  try {
    const { k8s } = cluster;
    expect(await k8s.diff(`${url}/set.yaml`)).toHaveLength(2);
    const three = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "three" } };
    expect((await k8s.apply([`${url}/set.yaml?v=1`, three])).map(({ name }) => name)).toEqual(["one", "two", "three"]);
    expect(shown).toContain(`reading ${url}/set.yaml?…`);
    expect(shown.filter((one) => one === "end")).toHaveLength(shown.length / 2);
    expect(await k8s.replace(`${url}/set.yaml`)).toHaveLength(2);
    expect(await k8s.delete(`${url}/set.yaml`)).toHaveLength(2);
    expect(await k8s.create(`${url}/set.yaml`)).toHaveLength(2);
    const requests = cluster.requests.length;
    await expect(k8s.apply([three, `${url}/bad.yaml?key=s3cret`])).rejects.toThrow(
      `Cannot read ${url}/bad.yaml?…, document 2, line 6: the field apiVersion is missing`,
    );
    await expect(k8s.apply(`${url}/page`)).rejects.toMatchObject({
      message: `Cannot read ${url}/page: it is a web page, not YAML or JSON`,
      hint: expect.stringContaining("Raw"),
    });
    await expect(k8s.apply("s3://me:key@bucket/set.yaml")).rejects.toThrow(
      "Cannot read s3://bucket/set.yaml: it is no http or https URL",
    );
    expect(cluster.requests).toHaveLength(requests);
  } finally {
    await cluster.close();
  }
});

test("an abort ends the reading of a URL, and nothing is asked of the cluster", async () => {
  const abort = new AbortController();
  await using web = await listenHttp(() => abort.abort());
  const cluster = sandboxCluster();
  try {
    const url = `http://127.0.0.1:${web.port}/x.yaml`;
    const { k8s } = cluster;
    const { signal } = abort;
    await expect(k8s.apply(url, { signal })).rejects.toMatchObject({ code: "ABORTED" });
    await expect(k8s.diff(url, { signal })).rejects.toMatchObject({ code: "ABORTED" });
    await expect(k8s.delete(url, { signal })).rejects.toMatchObject({ code: "ABORTED" });
    await expect(k8s.access.reconcile(url, { signal })).rejects.toMatchObject({ code: "ABORTED" });
    expect(cluster.requests).toEqual([]);
  } finally {
    await cluster.close();
  }
});

test("an abort while a file is read is no fault of the file", async () => {
  const path = file("a.yaml", configMap("a"));
  await expect(readManifests(path, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "ABORTED" });
});

test("`-` is what is piped in, read once and ended by an abort; a person is not waited for", async () => {
  expect(await standardInput(undefined, Readable.from([Buffer.from("a: "), Buffer.from("ü")]))).toBe("a: ü");
  const terminal = Object.assign(Readable.from([]), { isTTY: true });
  await expect(standardInput(undefined, terminal)).rejects.toThrow("Cannot read -: standard input is a terminal");
  const once = Readable.from([Buffer.from("a: 1")]);
  await standardInput(undefined, once);
  await expect(standardInput(undefined, once)).rejects.toThrow(/has been read to its end already/);
  const abort = new AbortController();
  const silent = new Readable({ read: () => {} });
  const reading = standardInput(abort.signal, silent);
  abort.abort();
  await expect(reading).rejects.toMatchObject({ code: "ABORTED" });
  expect(silent.destroyed).toBe(true);
});

test("files are read in the encoding that their byte order mark says, with either kind of line ends", async () => {
  const text = configMap("a", '{ text: "grün" }').replaceAll("\n", "\r\n");
  const utf16 = Buffer.from(`\ufeff${text}`, "utf16le");
  const files = [
    file("utf8.yaml", text),
    file("mark.yaml", `\ufeff${text}`),
    file("little.yaml", utf16),
    file("big.yaml", Buffer.from(utf16).swap16()),
  ];
  for (const one of files) {
    expect(await readManifests(one)).toMatchObject([{ object: { kind: "ConfigMap", data: { text: "grün" } } }]);
  }
});

test("texts, patterns and names are told apart", async () => {
  const paths = ["a.yaml", "{web,db}.yaml", "[ab]*.yaml", "C:\\manifests\\a.yaml", "deploy/"];
  expect(paths.filter(isPath)).toEqual(paths);
  const others = [
    "",
    " ",
    "-",
    "a: 1",
    '{"a":1}',
    "{a: 1}",
    "[{a: 1}]",
    "[]",
    "a\nb",
    "https://h/x",
    "HTTP://h/x?a={b,c}",
  ];
  expect(others.filter(isPath)).toEqual([]);
  file("web.yaml", configMap("web"));
  file("db.json", JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "db" } }));
  symlinkSync(path.join(folder, "web.yaml"), path.join(folder, "link.yml"));
  expect(await names(`${folder}/{web,db}.*`)).toEqual(["db", "web"]);
  expect(await names(folder)).toEqual(["db", "web"]);
  for (const nothing of ["", "# nothing\n", "---\n---\n", "kind: List\napiVersion: v1\nitems: []\n"]) {
    await expect(readManifests(nothing)).rejects.toThrow("Cannot read manifests: there is no object in what was given");
  }
});

test("the items of a server's list are of its kind", async () => {
  const item = { metadata: { name: "a" } };
  const list = {
    apiVersion: "apps/v1",
    kind: "DeploymentList",
    items: [item, { kind: "Job", apiVersion: "batch/v1", ...item }],
  };
  expect(await readManifests(JSON.stringify(list))).toMatchObject([
    { object: { apiVersion: "apps/v1", kind: "Deployment" } },
    { object: { apiVersion: "batch/v1", kind: "Job" } },
  ]);
  await expect(readManifests({ apiVersion: "v1", kind: "List", items: [item] } as object)).rejects.toThrow(
    "Cannot read object 1, item 1: the field apiVersion is missing",
  );
});

test("one object is the same in the namespace that it names and in the one that it is given", async () => {
  const [bare, named] = [configMap("a"), configMap("a").replace("name: a", "name: a, namespace: shop")];
  expect(await readManifests([bare, named], { namespace: "shop" })).toHaveLength(1);
  expect(await readManifests([bare, named], { namespace: "other" })).toHaveLength(2);
  const other = named.replace("{}", "{ n: '1' }");
  await expect(readManifests([bare, other], { namespace: "shop" })).rejects.toThrow(
    'Cannot use the text, document 1, line 1: it is the ConfigMap "a" of the text, document 1, line 1 again, and differs',
  );
  const cluster = sandboxCluster();
  try {
    const both = [bare, other.replaceAll("shop", "default")];
    await expect(cluster.k8s.apply(both)).rejects.toThrow(/again, and differs/);
    await expect(cluster.k8s.delete(both, { namespace: "default" })).rejects.toThrow(/again, and differs/);
  } finally {
    await cluster.close();
  }
});

test("what a template left empty is not there; what is no text is to be quoted", async () => {
  for (const empty of ["", '""', "null"]) {
    const [manifest] = await readManifests(
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: ${empty}\n`,
    );
    expect(manifest?.object.metadata).toEqual({ name: "a" });
  }
  await expect(readManifests(configMap("12"))).rejects.toMatchObject({
    message: "Cannot read the text, document 1, line 3: the field metadata.name is 12, not a text",
    hint: "Put it in quotes.",
  });
  await expect(readManifests("kind: ConfigMap\napiVersion: v1\nmetadata: {}\n")).rejects.toMatchObject({
    message: "Cannot read the text, document 1, line 3: the field metadata.name is missing",
    hint: undefined,
  });
});

test("a text of many megabytes in one of several JSON objects is no matter", () => {
  const one = JSON.stringify({ data: `}"{${"x".repeat(2 ** 24)}` });
  expect(jsonStream(`${one}${one}`)?.map(({ text }) => text === one)).toEqual([true, true]);
});

test("JSON objects may follow one another, as jq prints them; each has its line", async () => {
  const object = (name: unknown): object => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name },
    data: { "{": '"}\n' },
  });
  const compact = ["a", "b"].map((name) => JSON.stringify(object(name))).join("\n");
  expect(await names(compact)).toEqual(["a", "b"]);
  expect(await names(["a", "b"].map((name) => JSON.stringify(object(name), null, 2)).join(""))).toEqual(["a", "b"]);
  await expect(readManifests(`${compact}\n${JSON.stringify(object(3), null, 2)}`)).rejects.toThrow(
    "Cannot read the text, document 3, line 7: the field metadata.name is 3, not a text",
  );
  await expect(readManifests(`${compact}\n{"kind": [}`)).rejects.toThrow(/^Cannot read the YAML, line 3, column 11: /);
  await expect(readManifests(`${compact}\nx`)).rejects.toMatchObject({ code: "SYNTAX" });
  // YAML in braces is no such stream.
  expect(
    await names(`{ apiVersion: v1, kind: ConfigMap, metadata: { name: "it's {" } }\n---\n${compact.split("\n")[0]}`),
  ).toEqual(["it's {", "a"]);
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 2 }),
      fc.boolean(),
      (values, wide) => {
        const texts = values.map((value) => JSON.stringify(value, null, wide ? 2 : 0));
        expect(jsonStream(texts.join(wide ? "\n" : ""))?.map(({ text }) => text)).toEqual(texts);
      },
    ),
  );
});

test("a template that is not filled in, and a promise, are called what they are", async () => {
  await expect(readManifests("kind: ConfigMap\nmetadata:\n  name: {{ .Values.name }}\n")).rejects.toMatchObject({
    code: "SYNTAX",
    message: "Cannot read the text, line 3: it is a template, with {{ .Values.name }}",
  });
  expect(await names(configMap("a", '{ text: "{{ kept }}" }'))).toEqual(["a"]);
  await expect(readManifests(Promise.resolve() as object)).rejects.toMatchObject({ hint: "Await it first." });
});

test("a mounted ConfigMap's files are read once", async () => {
  mkdirSync(path.join(folder, "..2024_01_01"));
  file("..2024_01_01/one.yaml", configMap("one"));
  symlinkSync("..2024_01_01", path.join(folder, "..data"));
  symlinkSync("..data/one.yaml", path.join(folder, "one.yaml"));
  expect(await manifestFiles(folder, true)).toEqual([path.join(folder, "one.yaml")]);
});

test("what is applied last goes first", () => {
  const objects = [
    { apiVersion: "v1", kind: "Pod", metadata: { name: "a" } },
    { apiVersion: "v1", kind: "Pod", metadata: { name: "b" } },
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "n" } },
  ].map((object) => ({ object }));
  const told = (ranks: (typeof objects)[]): string[][] =>
    ranks.map((rank) => rank.map(({ object }) => object.metadata.name));
  expect(told(inRanks(objects))).toEqual([["n"], ["a", "b"]]);
  expect(told(inReverseRanks(objects))).toEqual([["b", "a"], ["n"]]);
});
