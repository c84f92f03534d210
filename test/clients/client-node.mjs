/**
 * The official JavaScript client against the sandbox: `node client-node.mjs FOLDER KUBECONFIG [PODS]`, where FOLDER has
 * it installed and PODS is what the sandbox has behind its pods. Fails with the first thing that is not as a real cluster has it.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import path from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";

const [folder = ".", kubeconfig, pods = "simulated"] = process.argv.slice(2);
const real = pods === "process";
const require = createRequire(path.resolve(folder, "package.json"));
const k8s = await import(pathToFileURL(require.resolve("@kubernetes/client-node")).href);
const config = new k8s.KubeConfig();
config.loadFromFile(kubeconfig);
const core = config.makeApiClient(k8s.CoreV1Api);
const apps = config.makeApiClient(k8s.AppsV1Api);
const namespace = "default";
const labels = { app: "web" };
const LIMIT_MS = 30_000;

async function until(what, holds) {
  for (const end = Date.now() + LIMIT_MS; ; await delay(50)) {
    const found = await holds();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what}: not reached within ${LIMIT_MS} ms`);
  }
}

const steps = {
  async "the kubeconfig names contexts and logs in"() {
    assert.equal(config.getCurrentContext(), "sandbox");
    const { status } = await config
      .makeApiClient(k8s.AuthenticationV1Api)
      .createSelfSubjectReview({ body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" } });
    assert.equal(status.userInfo.username, "admin");
    assert.equal((await config.makeApiClient(k8s.VersionApi).getCode()).major, "1");
  },

  async "objects are created, listed by selector and page by page"() {
    for (const name of ["a", "b", "c"]) {
      await core.createNamespacedConfigMap({ namespace, body: { metadata: { name, labels }, data: { name } } });
    }
    const list = await core.listNamespacedConfigMap({ namespace, labelSelector: "app=web" });
    assert.deepEqual(
      list.items.map(({ metadata }) => metadata.name),
      ["a", "b", "c"],
    );
    assert.ok(list.items[0].metadata.creationTimestamp instanceof Date);
    const page = await core.listNamespacedConfigMap({ namespace, limit: 2, labelSelector: "app=web" });
    const rest = await core.listNamespacedConfigMap({
      namespace,
      _continue: page.metadata._continue,
      labelSelector: "app=web",
    });
    assert.deepEqual([page.items.length, rest.items.length], [2, 1]);
  },

  async "an object is patched in each of the four ways"() {
    const patch = (body, type) =>
      core.patchNamespacedConfigMap(
        {
          name: "a",
          namespace,
          body,
          fieldManager: "me",
          ...(type === k8s.PatchStrategy.ServerSideApply ? { force: true } : {}),
        },
        k8s.setHeaderOptions("Content-Type", type),
      );
    await patch([{ op: "replace", path: "/data/name", value: "1" }], k8s.PatchStrategy.JsonPatch);
    await patch({ data: { merge: "2" } }, k8s.PatchStrategy.MergePatch);
    await patch({ data: { strategic: "3" } }, k8s.PatchStrategy.StrategicMergePatch);
    const applied = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { applied: "4" } };
    const { data } = await patch(applied, k8s.PatchStrategy.ServerSideApply);
    assert.deepEqual(data, { applied: "4", merge: "2", name: "1", strategic: "3" });
  },

  async "a refusal comes as the Status that the server sent"() {
    await assert.rejects(core.readNamespacedPod({ name: "nobody", namespace }), (error) => {
      assert.equal(error.code, 404);
      assert.equal(JSON.parse(error.body).message, 'pods "nobody" not found');
      return true;
    });
  },

  async "an informer follows what happens"() {
    const list = () => core.listNamespacedConfigMap({ namespace, labelSelector: "app=web" });
    const informer = k8s.makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, list, "app=web");
    const seen = [];
    for (const type of ["add", "update", "delete"])
      informer.on(type, (one) => seen.push(`${type} ${one.metadata.name}`));
    await informer.start();
    await until("the informer lists", () => seen.length === 3);
    await core.deleteNamespacedConfigMap({ name: "c", namespace });
    await until("the informer sees a deletion", () => seen.includes("delete c"));
    assert.deepEqual(
      informer
        .list()
        .map(({ metadata }) => metadata.name)
        .sort(),
      ["a", "b"],
    );
    await informer.stop();
  },

  async "a watch tells a deployment's way to being available"() {
    const available = promise();
    const watch = new k8s.Watch(config);
    const controller = await watch.watch(
      `/apis/apps/v1/namespaces/${namespace}/deployments`,
      { allowWatchBookmarks: true },
      (_type, object) => object.status?.availableReplicas === 2 && available.resolve(),
      () => {},
    );
    const container = { name: "web", image: "nginx", command: ["sh", "-c", "echo ready; sleep 3600"] };
    const template = { metadata: { labels }, spec: { containers: [container] } };
    const body = { metadata: { name: "web" }, spec: { replicas: 2, selector: { matchLabels: labels }, template } };
    await apps.createNamespacedDeployment({ namespace, body });
    await Promise.race([available.promise, delay(LIMIT_MS).then(() => assert.fail("not available in time"))]);
    controller.abort();
    const scale = await apps.readNamespacedDeploymentScale({ name: "web", namespace });
    assert.equal(scale.status.replicas, 2);
  },

  async "a pod's log is read, and its usage"() {
    const out = new PassThrough();
    await new k8s.Log(config).log(namespace, await webPod(), "web", out, { follow: false });
    assert.match(await text(out), /ready/);
    const usage = await k8s.topPods(core, new k8s.Metrics(config), namespace);
    assert.ok(usage.length >= 2 && usage[0].CPU.CurrentUsage !== undefined);
  },

  async "objects of kinds unknown to it are read as they are"() {
    const objects = k8s.KubernetesObjectApi.makeApiClient(config);
    const made = await objects.create({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s", namespace },
      stringData: { a: "b" },
    });
    assert.equal(Buffer.from(made.data.a, "base64").toString(), "b");
    await objects.delete(made);
  },

  async "a command runs in a pod, and its output, input and exit code come back"() {
    const exec = async (command, input) => {
      const [out, err] = [new PassThrough(), new PassThrough()];
      const ended = promise();
      const pod = await webPod();
      const stdin = input === undefined ? null : Readable.from([input]);
      await new k8s.Exec(config).exec(namespace, pod, "web", command, out, err, stdin, false, ended.resolve);
      const status = await ended.promise;
      out.end();
      return { status, out: await text(out) };
    };
    if (!real) return assert.rejects(exec(["true"]));
    const { status, out } = await exec(["sh", "-c", "echo hello; exit 3"]);
    assert.equal(out, "hello\n");
    assert.equal(status.details.causes.find(({ reason }) => reason === "ExitCode").message, "3");
    assert.equal((await exec(["head", "-n1"], "typed\n")).out, "typed\n");
  },

  async "a port of a pod is forwarded both ways"() {
    if (!real) return;
    const port = await freePort();
    const echo = `require("net").createServer((socket) => socket.pipe(socket)).listen(${port}, "127.0.0.1")`;
    const container = {
      name: "echo",
      image: "node",
      command: [process.execPath, "-e", echo],
      ports: [{ containerPort: port }],
    };
    await core.createNamespacedPod({
      namespace,
      body: { metadata: { name: "echo" }, spec: { containers: [container] } },
    });
    const forward = new k8s.PortForward(config);
    const answer = await until("the port answers", async () => {
      const { status } = await core.readNamespacedPod({ name: "echo", namespace });
      if (status.phase !== "Running") return undefined;
      const [up, down] = [new PassThrough(), new PassThrough()];
      const socket = await forward.portForward(namespace, "echo", [port], down, null, up);
      up.write("there and back");
      const chunk = await Promise.race([once(down, "data"), delay(1000)]);
      (typeof socket === "function" ? socket() : socket)?.close();
      return chunk?.toString();
    });
    assert.equal(answer, "there and back");
  },
};

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

async function webPod() {
  return (await core.listNamespacedPod({ namespace, labelSelector: "app=web" })).items[0].metadata.name;
}

/** For Node 20, which has no Promise.withResolvers. */
function promise() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}

for (const [name, step] of Object.entries(steps)) {
  try {
    await step();
    console.log(`ok: ${name}`);
  } catch (error) {
    console.error(`FAILED: ${name}`);
    throw error;
  }
}
process.exit(0);
