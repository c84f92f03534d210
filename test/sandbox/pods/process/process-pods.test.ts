import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { load } from "js-yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningSandbox, startSandbox } from "../../../../src/sandbox/index.ts";
import type { Pod } from "../../../../src/sandbox/pods/pod.ts";
import { findHostTools } from "../../../../src/sandbox/pods/process/host-tools.ts";
import { ask, type ClientFrame, type Outcome, until } from "../../streams/harness.ts";

const unable = await findHostTools(process.env.PATH ?? "").then(
  () => undefined,
  (error: Error) => error.message,
);
const PEER = { certificate: { commonName: "admin", organizations: ["system:masters"], sha256: "a".repeat(64) } };
const V5 = ["v5.channel.k8s.io"];

test("where bubblewrap is missing the error says what to install", async () => {
  await expect(findHostTools("", "darwin")).rejects.toThrow("Cannot run pods as processes on darwin: that takes Linux");
});

describe.skipIf(unable !== undefined)(`process pods (${unable ?? "bubblewrap works here"})`, () => {
  let sandbox: RunningSandbox;
  let credentials: { ca: string; cert: string; key: string };

  beforeAll(async () => {
    sandbox = await startSandbox({ pods: "process", nodes: [{ name: "node0" }], addons: false });
    credentials = credentialsOf(sandbox.kubeconfig);
    await until(() => sandbox.registry.get("serviceaccounts", "default", "default") !== undefined);
    const write = { manager: "test" };
    sandbox.registry.create(
      "configmaps",
      "default",
      { metadata: { name: "cfg" }, data: { "a.txt": "from cfg\n" } },
      write,
    );
    const data = { key: Buffer.from("s3cret").toString("base64") };
    sandbox.registry.create("secrets", "default", { metadata: { name: "sec" }, data }, write);
  });

  afterAll(() => sandbox.close());

  function create(name: string, container: object, spec: object = {}): void {
    const containers = [{ name: "main", image: "busybox:1", imagePullPolicy: "IfNotPresent", ...container }];
    const pod = { metadata: { name }, spec: { containers, terminationGracePeriodSeconds: 1, ...spec } };
    sandbox.registry.create("pods", "default", pod, { manager: "test" });
  }

  const shell = (script: string): object => ({ command: ["sh", "-c", script] });
  const read = (name: string): Pod | undefined => sandbox.registry.get("pods", "default", name) as Pod | undefined;
  const phase = (name: string): string | undefined => read(name)?.status?.phase;
  const isReady = (name: string): boolean => read(name)?.status?.containerStatuses?.[0]?.ready === true;

  async function log(name: string, query = ""): Promise<string> {
    const url = `https://sandbox/api/v1/namespaces/default/pods/${name}/log${query}`;
    return await (await sandbox.handle(new Request(url), PEER)).text();
  }

  async function finished(name: string): Promise<Pod> {
    await until(() => phase(name) === "Succeeded" || phase(name) === "Failed");
    return read(name) as Pod;
  }

  function exec(name: string, command: readonly string[], query = "", frames?: ClientFrame[]): Promise<Outcome> {
    const words = command.map((word) => `command=${encodeURIComponent(word)}`).join("&");
    const path = `/api/v1/namespaces/default/pods/${name}/exec?${words}&stdout=true${query}`;
    return ask({ listener: sandbox, credentials }, path, V5, frames);
  }

  async function stdout(...parameters: Parameters<typeof exec>): Promise<string> {
    const outcome = await exec(...parameters);
    if (!("channels" in outcome)) throw new Error(`refused: ${outcome.body}`);
    return outcome.channels[1] ?? "";
  }

  test("a container has its volumes, environment, working directory and expanded arguments", async () => {
    create(
      "view",
      {
        command: ["sh", "-c", 'cat /etc/cfg/a.txt; pwd; echo "$1 $SECRET $WHO $LIMIT"; ls -A /data; cat /labels/l'],
        args: ["sh", "$(GREETING)"],
        workingDir: "/work/dir",
        env: [
          { name: "GREETING", value: "hello" },
          { name: "SECRET", valueFrom: { secretKeyRef: { name: "sec", key: "key" } } },
          { name: "WHO", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
          { name: "LIMIT", valueFrom: { resourceFieldRef: { resource: "limits.memory", divisor: "1Mi" } } },
        ],
        resources: { limits: { memory: "64Mi" } },
        volumeMounts: [
          { name: "cfg", mountPath: "/etc/cfg" },
          { name: "data", mountPath: "/data" },
          { name: "labels", mountPath: "/labels" },
        ],
      },
      {
        restartPolicy: "Never",
        volumes: [
          { name: "cfg", configMap: { name: "cfg" } },
          { name: "data", emptyDir: {} },
          { name: "labels", downwardAPI: { items: [{ path: "l", fieldRef: { fieldPath: "metadata.namespace" } }] } },
        ],
      },
    );
    expect((await finished("view")).status?.phase).toBe("Succeeded");
    expect(await log("view")).toBe("from cfg\n/work/dir\nhello s3cret view 64\ndefault");
  });

  test("a process calls the API server as its service account, from inside", async () => {
    const directory = "/var/run/secrets/kubernetes.io/serviceaccount";
    const script = `const fs=require("fs"),d="${directory}/";require("https").get({host:process.env.KUBERNETES_SERVICE_HOST,port:process.env.KUBERNETES_SERVICE_PORT,path:"/api/v1/namespaces/"+fs.readFileSync(d+"namespace")+"/pods",ca:fs.readFileSync(d+"ca.crt"),headers:{authorization:"Bearer "+fs.readFileSync(d+"token")}},r=>{let t="";r.on("data",c=>t+=c).on("end",()=>console.log(JSON.parse(t).message))})`;
    create("inside", { command: [process.execPath, "-e", script] }, { restartPolicy: "Never" });
    await finished("inside");
    expect(await log("inside")).toContain('User "system:serviceaccount:default:default" cannot list resource "pods"');
  });

  test("the host's files cannot be written, scratch directories can", async () => {
    create("files", shell("touch /usr/x || echo refused; touch /tmp/x /new && ls /tmp /new"), {
      restartPolicy: "Never",
    });
    await finished("files");
    const text = await log("files");
    expect(text).toContain("refused");
    expect(text).toContain("/new");
    expect(existsSync("/usr/x") || existsSync("/new")).toBe(false);
  });

  test("exit codes, restarts and the log of the run before are real", async () => {
    create("crash", shell("echo run; exit 7"));
    await until(() => (read("crash")?.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0);
    await until(() => read("crash")?.status?.containerStatuses?.[0]?.lastState.terminated !== undefined);
    expect(read("crash")?.status?.containerStatuses?.[0]?.lastState.terminated).toMatchObject({
      exitCode: 7,
      reason: "Error",
    });
    expect(await log("crash", "?previous=true")).toBe("run\n");
  });

  test("a container that outgrows its memory limit is killed for it", async () => {
    create(
      "greedy",
      {
        command: [process.execPath, "-e", "const b=[];setInterval(()=>b.push(Buffer.alloc(2e7,1)),10)"],
        resources: { limits: { memory: "96Mi" } },
      },
      { restartPolicy: "Never" },
    );
    expect((await finished("greedy")).status?.containerStatuses?.[0]?.state.terminated).toMatchObject({
      exitCode: 137,
      reason: "OOMKilled",
    });
  });

  test("a command that is not there is a start error", async () => {
    create("absent", { command: ["no-such-program"] }, { restartPolicy: "Never" });
    const { terminated } = (await finished("absent")).status?.containerStatuses?.[0]?.state ?? {};
    expect(terminated).toMatchObject({ exitCode: 128, reason: "StartError" });
    expect(terminated?.message).toContain('exec: "no-such-program": executable file not found in $PATH');
  });

  test("what a container needs is waited for", async () => {
    create(
      "waits",
      { ...shell("cat /v/k"), volumeMounts: [{ name: "v", mountPath: "/v" }] },
      {
        restartPolicy: "Never",
        volumes: [{ name: "v", configMap: { name: "late" } }],
      },
    );
    const waiting = () => read("waits")?.status?.containerStatuses?.[0]?.state.waiting;
    await until(() => waiting()?.reason === "CreateContainerConfigError");
    expect(waiting()?.message).toBe('configmap "late" not found');
    const late = { metadata: { name: "late" }, data: { k: "in time" } };
    sandbox.registry.create("configmaps", "default", late, { manager: "test" });
    await finished("waits");
    expect(await log("waits")).toBe("in time");
  });

  test("commands run in the container: its files, its processes, its name, a terminal that is resized", async () => {
    create("host", shell("echo mine > /tmp/file; exec sleep 1000"));
    await until(() => phase("host") === "Running");
    expect(await stdout("host", ["sh", "-c", "cat /tmp/file; hostname; cat /proc/1/comm; id -u"])).toBe(
      "mine\nhost\nsleep\n0\n",
    );
    const size = Buffer.from('{"Width":101,"Height":37}').toString("hex");
    const script =
      'until [ "$(stty size 2>/dev/null)" = "37 101" ]; do sleep 0.05; done; stty size; test -t 0 && echo terminal';
    expect(await stdout("host", ["sh", "-c", script], "&stdin=true&tty=true", [{ hex: `04${size}` }])).toBe(
      "37 101\r\nterminal\r\n",
    );
    for (const [program, why] of [
      ["nope", "executable file not found in $PATH"],
      ["/bin/nope", "stat /bin/nope: no such file or directory"],
      ["/tmp/file", "permission denied"],
      ["/tmp", "is a directory"],
    ] as const) {
      const said = `exec: \\"${program}\\": ${why}: unknown`;
      expect(await exec("host", [program])).toMatchObject({ channels: { 3: expect.stringContaining(said) } });
    }
  });

  test("whoever is attached gets what the container prints, and a success however it ends", async () => {
    create(
      "ends",
      { ...shell('while read -r line; do echo "got $line"; done; exit 4'), stdin: true, stdinOnce: true },
      {
        restartPolicy: "Never",
      },
    );
    await until(() => phase("ends") === "Running");
    const path = "/api/v1/namespaces/default/pods/ends/attach?stdin=true&stdout=true";
    const line = Buffer.from("it\n").toString("hex");
    const outcome = await ask({ listener: sandbox, credentials }, path, V5, [{ hex: `00${line}` }, { hex: "ff00" }]);
    expect(outcome).toMatchObject({
      channels: { 1: "got it\n", 3: expect.stringContaining('"status":"Success"') },
    });
    expect((await finished("ends")).status?.containerStatuses?.[0]?.state.terminated?.exitCode).toBe(4);
  });

  test("probes decide readiness, ports are forwarded and proxied", async () => {
    const port = await freePort();
    const program = `setTimeout(()=>require("http").createServer((q,r)=>r.end("at "+q.url)).listen(${port},"127.0.0.1"),300)`;
    create("web", {
      command: [process.execPath, "-e", program],
      ports: [{ containerPort: port }],
      readinessProbe: { httpGet: { port, path: "/ready" }, periodSeconds: 1 },
    });
    await until(() => phase("web") === "Running");
    expect(isReady("web")).toBe(false);
    await until(() => isReady("web"));
    const url = "https://sandbox/api/v1/namespaces/default/pods/web/proxy/path?q=1";
    expect(await (await sandbox.handle(new Request(url), PEER)).text()).toBe("at /path?q=1");
    const head = Buffer.from("GET /f HTTP/1.0\r\n\r\n").toString("hex");
    const forward = `/api/v1/namespaces/default/pods/web/portforward?ports=${port}`;
    const outcome = await ask(
      { listener: sandbox, credentials },
      forward,
      ["v4.channel.k8s.io"],
      [{ hex: `00${head}` }],
    );
    expect(outcome).toMatchObject({ channels: { 0: expect.stringContaining("at /f") }, code: 1000 });
  });

  test("an ephemeral container is a process too, spoken to by its name; busybox runs its arguments", async () => {
    create("debugged", { args: ["sleep", "infinity"] });
    await until(() => isReady("debugged"));
    const added = [
      { name: "asks", image: "busybox", args: ["sh", "-c", "echo asked; exit 4"] },
      { name: "waits", image: "busybox", stdin: true },
    ];
    const url = "https://sandbox/api/v1/namespaces/default/pods/debugged/ephemeralcontainers";
    const answer = await sandbox.handle(
      new Request(url, {
        method: "PATCH",
        headers: { "content-type": "application/strategic-merge-patch+json" },
        body: JSON.stringify({ spec: { ephemeralContainers: added } }),
      }),
      PEER,
    );
    expect(answer.status).toBe(200);
    const statuses = () => read("debugged")?.status?.ephemeralContainerStatuses ?? [];
    await until(() => statuses()[0]?.state.terminated?.exitCode === 4 && statuses()[1]?.state.running !== undefined);
    expect(await log("debugged", "?container=asks")).toBe("asked\n");
    expect(await stdout("debugged", ["echo", "beside"], "&container=waits")).toBe("beside\n");
    expect([phase("debugged"), isReady("debugged")]).toEqual(["Running", true]);
  });

  test("a deleted pod gets SIGTERM, then SIGKILL", async () => {
    create("polite", shell('trap "echo bye; exit 0" TERM; while :; do sleep 0.05; done'), {
      terminationGracePeriodSeconds: 30,
    });
    create("deaf", shell('trap "" TERM; while :; do sleep 0.05; done'));
    await until(() => phase("polite") === "Running" && phase("deaf") === "Running");
    const followed = log("polite", "?follow=true");
    sandbox.registry.delete("pods", "default", "polite");
    sandbox.registry.delete("pods", "default", "deaf");
    await until(() => read("polite") === undefined && read("deaf") === undefined);
    expect(await followed).toBe("bye\n");
  });

  test("a container without a command is left to the simulation, and says so", async () => {
    create("image", {});
    await until(() => phase("image") === "Running");
    expect(await exec("image", ["ls"])).toMatchObject({
      channels: { 3: expect.stringContaining("it has no command, and images are only names here") },
    });
  });

  test("nothing is left when the sandbox has closed", async () => {
    const other = await startSandbox({ pods: "process", nodes: [{ name: "node0" }], addons: false });
    await until(() => other.registry.get("serviceaccounts", "default", "default") !== undefined);
    const seconds = 1000 + (process.pid % 1000);
    const containers = [{ name: "main", image: "busybox:1", command: ["sleep", `${seconds}.25`] }];
    other.registry.create("pods", "default", { metadata: { name: "p" }, spec: { containers } }, { manager: "test" });
    await until(() => processesNamed(`${seconds}.25`) > 0);
    const before = ownDirectories().length;
    await other.close();
    await until(() => processesNamed(`${seconds}.25`) === 0);
    expect(ownDirectories()).toHaveLength(before - 1);
  });
});

function credentialsOf(kubeconfig: string): { ca: string; cert: string; key: string } {
  const { clusters, users } = load(kubeconfig) as {
    clusters: { cluster: Record<string, string> }[];
    users: { user: Record<string, string> }[];
  };
  const text = (data: string | undefined): string => Buffer.from(data ?? "", "base64").toString();
  return {
    ca: text(clusters[0]?.cluster["certificate-authority-data"]),
    cert: text(users[0]?.user["client-certificate-data"]),
    key: text(users[0]?.user["client-key-data"]),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function ownDirectories(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`kubescript-pods-${process.pid}-`));
}

/** How many processes of this machine have this word in their command line, that of bubblewrap aside. */
function processesNamed(word: string): number {
  return readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && commandLine(pid)[1] === word).length;
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}
