/** Verbs that stream, write and wait, one after the other; the smoke tests run it on each runtime, with a sandbox's process pods. */
const name = "smoke";
const labels = { app: name };
const container = { name: "main", image: "busybox", command: ["sh", "-c", "echo begun; exec sleep 600"] };
const manifest = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [container] } },
  },
};

function check(what: string, holds: boolean): void {
  if (!holds) throw new Error(`${what} does not hold`);
}

const [applied] = await k8s.apply(manifest, { wait: true, timeoutMs: 60_000 });
check("apply", applied?.action === "created");
check("diff", (await k8s.diff(manifest)).length === 0);
check("describe", (await k8s.deployments.describe(name)).includes("StrategyType:"));

const { stdout } = await k8s.deployments.exec(name, ["cat"], { stdin: "echoed", check: true });
check("exec", stdout === "echoed");
for await (const { line } of k8s.deployments.logs(name, { follow: true, signal })) {
  check("logs", line === "begun");
  break;
}

const [pod] = await k8s.pods.list({ labels });
const podName = pod?.metadata?.name ?? "";
await k8s.pods.exec(podName, ["sh", "-c", "echo copied >/tmp/file"], { check: true });
const folder = `${args.folder}/copy`;
check("cp", (await k8s.pods.cp(`${podName}:/tmp/file`, folder)).files === 1);

const proxy = await k8s.proxy({ port: 0 });
check("proxy", ((await (await fetch(`${proxy.url}/version`)).json()) as { major: string }).major === "1");
await proxy.close();

const across = await k8s.across({ namespaces: ["default", "kube-system"] }, (there) => there.pods.list());
check("across", across.failures.length === 0);
const [deleted] = await k8s.delete(manifest);
check("delete", deleted?.name === name);
log("all verbs hold");
