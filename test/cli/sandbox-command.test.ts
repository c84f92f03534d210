import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { load } from "js-yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { command, serveSandbox } from "../../src/cli/commands/sandbox.ts";
import { parseFlags } from "../../src/cli/flags.ts";
import type { Terminal } from "../../src/cli/terminal.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "sandbox-command-"));
});
afterAll(() => rm(directory, { recursive: true }));

/** Runs the command until `whileServing` is done with it. */
async function run(argv: string[], whileServing: (stderr: string) => Promise<void> = async () => {}): Promise<string> {
  const stderr = new PassThrough().setEncoding("utf8");
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr };
  const terminal: Terminal = { ...streams, env: {}, cwd: directory, now: () => 0 };
  let told = "";
  stderr.on("data", (text: string) => {
    told += text;
  });
  const ready = new Promise<void>((resolve) => stderr.once("data", () => resolve()));
  const stopped = async (): Promise<void> => {
    await ready;
    await whileServing(told);
  };
  const code = await serveSandbox({ ...parseFlags(argv, { flags: command.flags }), terminal }, stopped);
  expect(code).toBe(0);
  return told;
}

interface Kubeconfig {
  users: { name: string; user: Record<string, string> }[];
  clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
}

/** Asks the server who the user of a kubeconfig, or the bearer of a token, is. */
async function whoami(config: Kubeconfig, credential: { user?: string; token?: string }): Promise<unknown> {
  const { server, "certificate-authority-data": ca } = config.clusters[0]!.cluster;
  const decode = (data?: string): Buffer | undefined => (data === undefined ? undefined : Buffer.from(data, "base64"));
  const user = config.users.find(({ name }) => name === credential.user)?.user;
  const sent = request(`${server}/apis/authentication.k8s.io/v1/selfsubjectreviews`, {
    method: "POST",
    ca: decode(ca),
    cert: decode(user?.["client-certificate-data"]),
    key: decode(user?.["client-key-data"]),
    headers: {
      "content-type": "application/json",
      ...(credential.token === undefined ? {} : { authorization: `Bearer ${credential.token}` }),
    },
  });
  sent.end(JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" }));
  const text = await new Promise<string>((resolve, reject) => {
    sent.on("error", reject);
    sent.on("response", async (response) => resolve(Buffer.concat(await response.toArray()).toString()));
  });
  return JSON.parse(text).status.userInfo;
}

describe("the sandbox command", () => {
  test("serves what its kubeconfig, users and tokens reach, and says so in one line", async () => {
    await writeFile(join(directory, "tokens.csv"), 'secret,robot,1,"bots"\n');
    const file = join(directory, "kubeconfig");
    const flags = ["--kubeconfig", "kubeconfig", "--user", "viewer:viewers,devs", "--token-auth-file", "tokens.csv"];
    const told = await run([...flags, "--nodes", "0"], async (line) => {
      expect(line).toMatch(/^Serving https:\/\/127\.0\.0\.1:\d+; kubeconfig in .*kubeconfig; Ctrl-C stops\.\n$/);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      const config = load(await readFile(file, "utf8")) as Kubeconfig;
      expect(await whoami(config, { user: "admin" })).toMatchObject({ username: "admin" });
      expect(await whoami(config, { user: "viewer" })).toMatchObject({
        username: "viewer",
        groups: ["viewers", "devs", "system:authenticated"],
      });
      expect(await whoami(config, { token: "secret" })).toMatchObject({ username: "robot", uid: "1" });
    });
    expect(told.split("\n")).toHaveLength(2);
    expect(await readdir(directory)).toEqual(["kubeconfig", "tokens.csv"]);
  });

  test("writes over a sandbox's kubeconfig and an empty file, and over nothing else", async () => {
    const file = join(directory, "used");
    await writeFile(file, "");
    await run(["--kubeconfig", file, "--nodes", "0"]);
    await run(["--kubeconfig", file, "--nodes", "0"]);
    await writeFile(file, "apiVersion: v1\nkind: Config\n");
    await expect(run(["--kubeconfig", file])).rejects.toMatchObject({
      code: "USAGE",
      message: `Cannot write the kubeconfig ${file}: it holds something that no sandbox wrote`,
    });
    expect(await readFile(file, "utf8")).toBe("apiVersion: v1\nkind: Config\n");
  });

  test("takes a temporary kubeconfig away again when none is named", async () => {
    let file = "";
    await run(["--nodes", "0"], async (line) => {
      file = /kubeconfig in (.*); Ctrl-C/.exec(line)?.[1] ?? "";
      expect(await readFile(file, "utf8")).toContain("current-context: sandbox");
    });
    await expect(stat(file)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test.each([
    [["--port", "http"], "Cannot read --port http"],
    [["--port", "70000"], "Cannot read --port 70000"],
    [["--nodes", "-1"], "Cannot read --nodes -1"],
    [["--speed", "0"], "Cannot read --speed 0"],
    [["--user", ":devs"], "Cannot read --user :devs"],
    [["--user", "admin"], 'already has a user "admin"'],
    [["--token-auth-file", "none.csv"], "there is no such file or directory"],
    [["--kubeconfig", "none/kubeconfig"], "there is no such file or directory"],
    [["extra"], 'Cannot use "extra"'],
  ])("refuses %j", async (argv, message) => {
    await expect(run(argv)).rejects.toMatchObject({ code: "USAGE", message: expect.stringContaining(message) });
  });
});

describe("what is loaded at the start", () => {
  const manifest = (text: string): Promise<string> =>
    mkdtemp(join(directory, "load-")).then(async (folder) => {
      await writeFile(join(folder, "all.yaml"), text);
      return folder;
    });

  test("is there in a sensible order before the kubeconfig is, and has come to rest", async () => {
    const folder = await manifest(`
apiVersion: example.com/v1
kind: Widget
metadata: { name: w, namespace: team }
spec: { size: 3 }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: team }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: nginx }] }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { plural: widgets, kind: Widget }
  versions:
  - name: v1
    served: true
    storage: true
    schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
---
apiVersion: v1
kind: Namespace
metadata: { name: team }
`);
    const file = join(folder, "kubeconfig");
    await run(["--load", folder, "--kubeconfig", file], async () => {
      const { openCluster } = await import("../../src/runtime/open-cluster.ts");
      const k8s = await openCluster({ flags: { kubeconfig: file } });
      const web = (await k8s.in("team").resource("deployments").get("web")) as { status?: { readyReplicas?: number } };
      expect(web.status?.readyReplicas).toBe(2);
      expect(await k8s.in("team").resource("widgets").list()).toHaveLength(1);
      const pods = (await k8s.in("kube-system").resource("pods").list()) as { status?: { phase?: string } }[];
      expect(new Set(pods.map(({ status }) => status?.phase))).toEqual(new Set(["Running"]));
      await k8s.close();
    });
  });

  test.each([
    [
      "kind: ConfigMap\napiVersion: v1\nmetadata: {}",
      "all.yaml, document 1, line 3: the field metadata.name is missing",
    ],
    ["a: 1", "all.yaml, document 1"],
    [
      "kind: Gadget\napiVersion: example.com/v1\nmetadata: { name: g }",
      "the sandbox serves no Gadget of example.com/v1",
    ],
    [
      "kind: ConfigMap\napiVersion: v1\nmetadata: { name: a }\n---\nkind: ConfigMap\napiVersion: v1\nmetadata: { name: A_b }",
      'all.yaml, document 2: ConfigMap "A_b" is invalid: metadata.name: Invalid value: "A_b"',
    ],
    ["kind: Pod\n  apiVersion: v1", "all.yaml, line 2"],
  ])("is refused with its file and document: %j", async (text, message) => {
    const folder = await manifest(text);
    await expect(run(["--load", folder])).rejects.toThrow(message);
  });
});
