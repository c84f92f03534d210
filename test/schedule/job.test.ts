import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningSandbox, startSandbox } from "../../src/sandbox/listener/start-sandbox.ts";
import { type Bundle, bundleScript } from "../../src/schedule/bundle.ts";
import { scheduleManifests } from "../../src/schedule/manifests.ts";
import type { ConfigMap } from "../../src/types/core-v1.ts";

const modules = {
  index: fileURLToPath(new URL("../../src/index.ts", import.meta.url)),
  job: fileURLToPath(new URL("../../src/schedule/job.ts", import.meta.url)),
};

/** A mount namespace of its own, so that the files stand where a pod has them and nobody else sees them. */
const canMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/run"]).status === 0;

const SCRIPT = `import { recipe } from "kubescript";
interface Options { name: string }
export default recipe({
  description: "Rename",
  args: { name: { type: "string" } },
  async run({ k8s, args, log }) {
    const { name }: Options = args;
    await k8s.configmaps.create({ metadata: { name }, data: { by: (await k8s.whoami()).username } });
    log("made", name, "in", k8s.namespace);
    return (await k8s.configmaps.list({ labels: "!none" })).map((one) => one.metadata?.name);
  },
});
`;

let folder: string;
let sandbox: RunningSandbox;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "kubescript-job-"));
  sandbox = await startSandbox({ nodes: [] });
  const { registry } = sandbox;
  const write = { manager: "test" };
  registry.create("namespaces", "", { apiVersion: "v1", kind: "Namespace", metadata: { name: "ops" } }, write);
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "sweep" } };
  registry.create("serviceaccounts", "ops", account, write);
  const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list", "create"] }];
  const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name: "sweep" }, rules };
  registry.create("roles.rbac.authorization.k8s.io", "ops", role, write);
  registry.create(
    "rolebindings.rbac.authorization.k8s.io",
    "ops",
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name: "sweep" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "sweep" },
      subjects: [{ kind: "ServiceAccount", name: "sweep", namespace: "ops" }],
    },
    write,
  );
  const admin = { certificate: { commonName: "admin", organizations: ["system:masters"], sha256: "" } };
  const answer = await sandbox.handle(
    new Request(`${sandbox.url}/api/v1/namespaces/ops/serviceaccounts/sweep/token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} }),
    }),
    admin,
  );
  const { status } = (await answer.json()) as { status: { token: string } };
  const account_ = path.join(folder, "serviceaccount");
  mkdirSync(account_);
  writeFileSync(path.join(account_, "token"), status.token);
  writeFileSync(path.join(account_, "ca.crt"), sandbox.certificateAuthority);
  writeFileSync(path.join(account_, "namespace"), "ops");
});

afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a schedule's ConfigMaps as its pod would: plain node, the mounted account, the pod's environment and nothing else. */
async function runInPod(
  bundle: Bundle,
  ...args: string[]
): Promise<{ status: number; stdout: string; stderr: string }> {
  const { packed, sha256 } = bundle;
  const rules = { namespaces: new Map(), cluster: [] };
  const spec = { name: "sweep", namespace: "ops", cron: "0 0 * * *", source: "script.ts", args, rules, packed, sha256 };
  const configMaps = scheduleManifests(spec).filter(({ kind }) => kind === "ConfigMap") as ConfigMap[];
  const mounted = path.join(folder, "job");
  mkdirSync(mounted, { recursive: true });
  for (const { data = {}, binaryData = {} } of configMaps) {
    for (const [name, text] of Object.entries(data)) writeFileSync(path.join(mounted, name), text);
    for (const [name, base64] of Object.entries(binaryData)) {
      writeFileSync(path.join(mounted, name), Buffer.from(base64, "base64"));
    }
  }
  const mounts = `mount -t tmpfs tmpfs /run
mkdir -p /run/secrets/kubernetes.io/serviceaccount /run/kubescript
cp "$1"/* /run/secrets/kubernetes.io/serviceaccount/
cp "$2"/* /run/kubescript/
mount -t tmpfs tmpfs /tmp
shift 2
exec "$@"`;
  const environment = {
    PATH: process.env.PATH,
    HOME: "/tmp",
    POD_NAMESPACE: "ops",
    KUBERNETES_SERVICE_HOST: "127.0.0.1",
    KUBERNETES_SERVICE_PORT: String(sandbox.port),
  };
  const command = [
    "-rm",
    "sh",
    "-c",
    mounts,
    "sh",
    path.join(folder, "serviceaccount"),
    mounted,
    process.execPath,
    "/run/kubescript/job.mjs",
    ...args,
  ];
  const child = spawn("unshare", command, { env: environment, cwd: "/" });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const status = await new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? -1)));
  return { status, stdout, stderr };
}

describe.skipIf(!canMount)("a scheduled job's bundle, run by plain node in a pod's surroundings", () => {
  const bundled = async (source: string): Promise<Bundle> => {
    const file = path.join(folder, "script.ts");
    writeFileSync(file, source);
    return bundleScript(file, modules);
  };

  it("does its work with its own rights, its result on stdout and its log on stderr", async () => {
    const { status, stdout, stderr } = await runInPod(await bundled(SCRIPT), "--name", "one");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "made one in ops\n" });
    expect(JSON.parse(stdout)).toContain("one");
    expect(sandbox.registry.get("configmaps", "ops", "one")).toMatchObject({
      data: { by: "system:serviceaccount:ops:sweep" },
    });
  });

  it("runs a plain script with top-level await over the globals", async () => {
    const { status, stdout } = await runInPod(
      await bundled("export default (await k8s.configmaps.list()).kind + args.suffix;"),
      "--suffix",
      "!",
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: '"ConfigMapList!"\n' });
  });

  it("tidies up on a slow cluster when its pod is to end", async () => {
    sandbox.faults.inject({ type: "latency", ms: 1500 }, { verb: "create", resource: "configmaps", times: 1 });
    const script = `try { process.kill(process.pid, "SIGTERM"); await sleep("1h"); }
finally { await k8s.configmaps.create({ metadata: { name: "left" } }); }`;
    const { status, stderr } = await runInPod(await bundled(script));
    expect({ status, stderr }).toEqual({
      status: 143,
      stderr: expect.stringMatching(/^AbortError: \S+ was stopped\n/),
    });
    expect(sandbox.registry.get("configmaps", "ops", "left")).toBeDefined();
  });

  it("is refused what its Role does not grant, with the missing rule named", async () => {
    const { status, stderr } = await runInPod(await bundled("await k8s.secrets.list();"));
    expect(status).toBe(1);
    expect(stderr).toContain('cannot list resource "secrets" in API group ""');
    expect(stderr).toContain('verbs: ["list"]');
    expect(stderr).not.toContain("Bearer");
  });

  it("ends with the usage of its arguments when they are wrong", async () => {
    const { stderr } = await runInPod(await bundled(SCRIPT), "--nome", "x");
    expect(stderr).toContain("Did you mean --name?");
  });
});

describe("bundling", () => {
  it("names file, line and place of a syntax error", async () => {
    const file = path.join(folder, "broken.ts");
    writeFileSync(file, "const a = 1;\nconst = 2;\n");
    await expect(bundleScript(file, modules)).rejects.toMatchObject({
      code: "SYNTAX",
      message: expect.stringMatching(/broken\.ts:2:7\n {2}const = 2;\n {8}\^/),
    });
  });

  it("says which package is missing", async () => {
    const file = path.join(folder, "missing.ts");
    writeFileSync(file, 'import "no-such-package-here";\n');
    await expect(bundleScript(file, modules)).rejects.toMatchObject({
      code: "INVALID_INPUT",
      hint: expect.stringContaining("npm install no-such-package-here"),
    });
  });

  it("refuses what is too large for a schedule", async () => {
    const file = path.join(folder, "large.ts");
    // Nothing can be made smaller of it.
    writeFileSync(file, `export default ${JSON.stringify(randomBytes(1_200_000).toString("base64"))};\n`);
    await expect(bundleScript(file, modules)).rejects.toThrow(/a schedule carries/);
  });
});
