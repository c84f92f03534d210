import { pathToFileURL } from "node:url";
import { afterEach, expect, test } from "vitest";
import type { Cluster } from "../../src/runtime/cluster.ts";
import { openCluster } from "../../src/runtime/open-cluster.ts";
import type { Recipe } from "../../src/runtime/recipe.ts";
import { recipeFiles, recipeName } from "../../src/runtime/run-script.ts";
import { tryRecipe } from "../../src/runtime/try-recipe.ts";
import { type StartSandboxOptions, startSandbox } from "../../src/sandbox/index.ts";

const recipes = new Map<string, Recipe>();
for (const file of recipeFiles()) {
  const module = (await import(pathToFileURL(file).href)) as { default: Recipe };
  recipes.set(recipeName(file), module.default);
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function cluster(options: StartSandboxOptions = {}, kubeconfig = (own: string) => own): Promise<Cluster> {
  const sandbox = await startSandbox(options);
  const k8s = await openCluster({ kubeconfig: kubeconfig(sandbox.kubeconfig), env: {} });
  open.push(async () => {
    await k8s.close();
    await sandbox.close();
  });
  return k8s;
}

function run(name: string, k8s: Cluster, ...words: string[]): ReturnType<typeof tryRecipe> {
  const recipe = recipes.get(name);
  if (recipe === undefined) throw new Error(`there is no recipe ${name}`);
  return tryRecipe(recipe, { k8s, words });
}

const deployment = (name: string, image: string, annotations: Record<string, string> = {}) => ({
  metadata: { name, labels: { team: "web" } },
  spec: {
    replicas: 1,
    progressDeadlineSeconds: 1,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name }, annotations }, spec: { containers: [{ name: "main", image }] } },
  },
});

test("update-image goes from one Deployment to the next, and leaves alone what has the image", async () => {
  const k8s = await cluster();
  await k8s.deployments.create(deployment("a", "nginx:1.28"));
  await k8s.deployments.create(deployment("b", "nginx:1.29"));
  await k8s.wait(["deploy/a", "deploy/b"], "rollout");
  const { result, log } = await run("update-image", k8s, "--labels", "team=web", "--image", "nginx:1.29");
  expect(result).toEqual({ updated: ["a"] });
  expect(log).toEqual(["a runs nginx:1.29", "b has it already"]);
});

test("update-image rolls back the one that does not come up, and goes no further", async () => {
  const k8s = await cluster();
  for (const name of ["a", "b"]) await k8s.deployments.create(deployment(name, "nginx:1.28"));
  await k8s.wait(["deploy/a", "deploy/b"], "rollout");
  // whatever is rolled out from now on gets no pod
  await k8s.resourcequotas.create({ metadata: { name: "full" }, spec: { hard: { pods: "2" } } });
  const running = run("update-image", k8s, "--labels", "team=web", "--image", "nginx:1.29");
  await expect(running).rejects.toThrow("a did not come up with nginx:1.29 and is back at revision 1; no other was");
  const images = (await k8s.deployments.list()).map(({ spec }) => spec?.template?.spec?.containers?.[0]?.image);
  expect(images).toEqual(["nginx:1.28", "nginx:1.28"]);
});

test("delete-finished-jobs takes what finished long enough ago, and what failed only when told", async () => {
  const k8s = await cluster({ controllers: false });
  const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();
  const template = { spec: { restartPolicy: "Never" as const, containers: [{ name: "main", image: "app:1" }] } };
  for (const [name, type, hours] of [
    ["old", "Complete", 30],
    ["new", "Complete", 3],
    ["failed", "Failed", 30],
    ["running", undefined, 30],
  ] as const) {
    await k8s.jobs.create({ metadata: { name }, spec: { template } });
    const at = hoursAgo(hours);
    const before = type === "Complete" ? "SuccessCriteriaMet" : "FailureTarget";
    const conditions = [before, type].map((one) => ({ type: one, status: "True", lastTransitionTime: at }));
    const ended = type === "Complete" ? { completionTime: at } : {};
    if (type !== undefined)
      await k8s.jobs.subresource("status").patch(name, { status: { startTime: at, ...ended, conditions } });
  }
  const left = async (): Promise<(string | undefined)[]> => (await k8s.jobs.list()).map((job) => job.metadata?.name);
  expect((await run("delete-finished-jobs", k8s)).result).toEqual({ deleted: ["default/old"] });
  expect(await left()).toEqual(["failed", "new", "running"]);
  await run("delete-finished-jobs", k8s, "--failed", "--older-than", "1h", "--namespace", "elsewhere");
  expect(await left()).toEqual(["failed", "new", "running"]);
  await run("delete-finished-jobs", k8s, "--failed", "--older-than", "1h");
  expect(await left()).toEqual(["running"]);
});

test("expiring-certificates reports what expires within the time, and skips what is no certificate", async () => {
  let authority = "";
  const k8s = await cluster({ controllers: false }, (own) => {
    authority = /certificate-authority-data: (\S+)/.exec(own)?.[1] ?? "";
    return own;
  });
  const key = Buffer.from("key").toString("base64");
  for (const [name, cert] of [
    ["site", authority],
    ["broken", key],
  ] as const) {
    const data = { "tls.crt": cert, "tls.key": key };
    await k8s.secrets.create({ metadata: { name }, type: "kubernetes.io/tls", data });
  }
  const { result, log } = await run("expiring-certificates", k8s, "--within", "36500d");
  expect(result).toMatchObject([{ namespace: "default", secret: "site", days: expect.any(Number) }]);
  expect(log).toEqual(["default/broken: tls.crt holds no certificate"]);
  expect((await run("expiring-certificates", k8s, "--within", "1m")).result).toEqual([]);
});

test("cluster-report names what is not well", async () => {
  const k8s = await cluster({ nodes: [{ name: "node0" }] });
  await k8s.nodes.cordon("node0");
  await k8s.deployments.create(deployment("a", "nginx:1.28"));
  await k8s.pods.wait(
    { labels: { app: "a" } },
    k8s.conditions.all(k8s.conditions.exists, "condition=PodScheduled=false"),
  );
  const { result } = await run("cluster-report", k8s, "--namespace", "default");
  expect(result).toMatchObject({
    nodes: [{ name: "node0", pods: 0, troubles: ["cordoned"] }],
    notWell: { pods: [{ trouble: expect.stringContaining("0/1 nodes") }], deployments: [{ deployment: "default/a" }] },
  });
});

test("compare-clusters has a row for each cluster, and a warning for one that cannot be asked", async () => {
  const gone = "- name: gone\n  context: { cluster: gone, user: nobody }\n";
  const k8s = await cluster({ nodes: [{ name: "node0" }] }, (own) =>
    own.replace(/^contexts:\n/m, `contexts:\n${gone}`),
  );
  const { result, log } = await run("compare-clusters", k8s);
  expect(result).toMatchObject([{ context: "sandbox", version: "v1.36.2", nodes: 1, notReady: 0 }]);
  expect(log).toEqual([expect.stringMatching(/gone: Cannot/)]);
  expect((await run("compare-clusters", k8s, "--contexts", "sandbox")).log).toEqual([]);
});

test("every recipe says what it is for and what each of its arguments means", () => {
  expect([...recipes.keys()]).toContain("update-image");
  for (const [name, { description, args }] of recipes) {
    expect(description, name).toMatch(/^[A-Z][^.]{20,100}$/);
    for (const [argument, spec] of Object.entries(args)) expect(spec.description, argument).toBeTruthy();
  }
});
