import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { complete } from "../../../src/cli/completion/complete.ts";
import { lineWords } from "../../../src/cli/completion/line-words.ts";
import { shellQuote } from "../../../src/transport/curl.ts";
import { type StreamCluster, startStreamCluster } from "../../support/stream-cluster.ts";
import { fakeTerminal } from "../../support/terminal.ts";

let folder: string;
let cluster: StreamCluster;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "completion-"));
  cluster = await startStreamCluster();
  await writeFile(path.join(folder, "config"), cluster.kubeconfig);
});
afterAll(async () => {
  await cluster.close();
  await rm(folder, { recursive: true });
});

/** Offers as one text, `:files` last. */
async function offered(line: string, env: Record<string, string> = { KUBECONFIG: path.join(folder, "config") }) {
  const { suggestions, files } = await complete(line, fakeTerminal(env).terminal);
  return [...suggestions.map(({ value }) => value), ...(files ? [":files"] : [])].join(" ");
}

test.each([
  ["kubescript pl", "plan"],
  ["kubescript -n web --trace pl", "plan"],
  ["kubescript help pl", "plan"],
  ["kubescript --as-u", "--as-uid --as-user-extra"],
  ["kubescript --ver", "--version"],
  ["kubescript eval --timeo", "--timeout"],
  ["kubescript eval --timeout 5m --timeo", ""],
  ["kubescript eval --as-group a --as-g", "--as-group"],
  ["kubescript eval -", expect.stringMatching(/^--timeout --output .*--help$/)],
  ["kubescript eval -o y", "yaml"],
  ["kubescript eval -oy", "-oyaml"],
  ["kubescript eval --output=y", "--output=yaml"],
  ["kubescript eval --trace=c", "--trace=curl"],
  // a switch takes no word of its own
  ["kubescript eval --trace c", ""],
  ["kubescript eval --kubeconfig ", ":files"],
  ["kubescript eval --contex s", ""],
  ["kubescript eval --context s", "sandbox"],
  ["kubescript eval --namespace=kube-n", "--namespace=kube-node-lease"],
  ["kubescript --sandbox eval -n kube", ""],
  ["kubescript config use-context ", "sandbox"],
  ["kubescript config use-context sandbox ", ""],
  ["kubescript config show to", "token"],
  ["kubescript run ./other.ts ", ":files"],
  ["kubescript raw PA", "PATCH"],
  ["kubescript raw GET /apis/apps", "/apis/apps /apis/apps/v1"],
  ["kubescript raw GET / ", ""],
  ["kubescript completion ", "bash zsh fish"],
  ["kubescript nonsense ", ""],
])("behind %j there is %j", async (line, expected) => {
  expect(await offered(line)).toEqual(expected);
});

test("a script of one's own is not run to be asked what it takes", async () => {
  const file = path.join(folder, "own.ts");
  await writeFile(file, 'globalThis.ranByCompletion = true;\nexport default recipe({ description: "x" });\n');
  expect(await offered(`kubescript run ${file} --old`)).toBe("");
  expect(globalThis).not.toHaveProperty("ranByCompletion");
});

test("where nothing can be asked nothing is offered, and nothing fails", async () => {
  await writeFile(path.join(folder, "broken"), "{ not: [yaml");
  const env = { KUBECONFIG: path.join(folder, "broken") };
  expect(await offered("kubescript eval --context ", env)).toBe("");
  expect(await offered("kubescript eval -n ", env)).toBe("");
});

test("no cluster is asked for the name of an option", async () => {
  let asked = 0;
  const server = createServer((_, answer) => {
    asked += 1;
    answer.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const line = `kubescript --server http://127.0.0.1:${(server.address() as AddressInfo).port} schedule remove`;
  expect(await offered(`${line} --dry`)).toBe("--dry-run");
  expect(asked).toBe(0);
  await offered(`${line} n`);
  expect(asked).toBeGreaterThan(0);
  server.close();
});

test("schedules are offered to the verbs that take one", async () => {
  const made = await cluster.k8s.resource("cronjobs").create({
    metadata: { name: "nightly", labels: { "kubescript.dev/schedule": "nightly" } },
    spec: {
      schedule: "0 0 * * *",
      jobTemplate: {
        spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "a", image: "a" }] } } },
      },
    },
  });
  expect(made.metadata?.labels).toBeDefined();
  expect(await offered("kubescript schedule remove n")).toBe("nightly");
  expect(await offered("kubescript schedule list n")).toBe("");
});

test("a line has the words that a shell would make of it", () => {
  expect(lineWords(`a  "b c" d'e f'g \\"h "i\\"\\j" `)).toEqual(["a", "b c", "de fg", '"h', 'i"\\j', ""]);
  expect(lineWords("a 'not clo")).toEqual(["a", "not clo"]);
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), (words) => {
      expect(lineWords(words.map(shellQuote).join(" "))).toEqual(words);
    }),
  );
});
