import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { load } from "js-yaml";
import { afterEach, expect, test, vi } from "vitest";
import {
  type RunningSandbox,
  type StartSandboxOptions,
  startSandbox,
} from "../../../src/sandbox/listener/start-sandbox.ts";

const running: RunningSandbox[] = [];
afterEach(async () => {
  for (const sandbox of running.splice(0)) await sandbox.close();
});

async function start(options: StartSandboxOptions = {}): Promise<RunningSandbox> {
  const sandbox = await startSandbox({ nodes: [], ...options });
  running.push(sandbox);
  return sandbox;
}

/** Sends a request with what the kubeconfig holds for a user; without one anonymously. */
function send(sandbox: RunningSandbox, path: string, user?: string, body?: object): Promise<IncomingMessage> {
  const config = load(sandbox.kubeconfig) as { users: { name: string; user: Record<string, string> }[] };
  const found = config.users.find(({ name }) => name === user)?.user ?? {};
  const pem = (field: string): Buffer | undefined =>
    found[field] === undefined ? undefined : Buffer.from(found[field], "base64");
  return new Promise((resolve, reject) => {
    const sent = request(
      `${sandbox.url}${path}`,
      {
        method: body === undefined ? "GET" : "POST",
        ca: sandbox.certificateAuthority,
        cert: pem("client-certificate-data"),
        key: pem("client-key-data"),
        ...(body === undefined ? {} : { headers: { "content-type": "application/json" } }),
      },
      resolve,
    );
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function status(sandbox: RunningSandbox, path: string, user?: string, body?: object): Promise<number> {
  const answer = await send(sandbox, path, user, body);
  answer.resume();
  return answer.statusCode ?? 0;
}

test("certificates log in with the rights that roles give them", async () => {
  const sandbox = await start({ users: [{ username: "viewer", groups: ["viewers"] }] });
  const pods = "/api/v1/namespaces/default/pods";
  expect(await status(sandbox, pods, "admin")).toBe(200);
  expect(await status(sandbox, pods, "viewer")).toBe(403);
  expect(await status(sandbox, pods)).toBe(403);
  const binding = {
    metadata: { name: "viewers" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "viewers" }],
  };
  const bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
  expect(await status(sandbox, bindings, "viewer", binding)).toBe(403);
  expect(await status(sandbox, bindings, "admin", binding)).toBe(201);
  expect(await status(sandbox, pods, "viewer")).toBe(200);
  expect(await status(sandbox, "/api/v1/namespaces/default/secrets", "viewer")).toBe(403);
});

test("without anonymous users a request needs a credential", async () => {
  const sandbox = await start({ anonymous: false });
  expect(await status(sandbox, "/version")).toBe(401);
  expect(await status(sandbox, "/version", "admin")).toBe(200);
});

test("the OpenID documents are served to those who may read them", async () => {
  const sandbox = await start();
  const answer = await send(sandbox, "/openid/v1/jwks", "admin");
  expect(answer.headers["content-type"]).toBe("application/jwk-set+json");
  const { keys } = JSON.parse(Buffer.concat(await answer.toArray()).toString());
  expect(keys).toMatchObject([{ kty: "EC", alg: "ES256", use: "sig" }]);
  expect(await status(sandbox, "/openid/v1/jwks")).toBe(403);
});

test("closing ends a watch cleanly, once", async () => {
  const sandbox = await start();
  const watch = await send(sandbox, "/api/v1/namespaces?watch=true", "admin");
  const received = watch.toArray();
  await Promise.all([sandbox.close(), sandbox.close()]);
  await received;
  expect(watch.complete).toBe(true);
});

test("a rotation publishes the new authority in every namespace", async () => {
  const rotated = await start();
  const published = (): unknown[] =>
    rotated.registry
      .list("configmaps")
      .filter(({ metadata }) => metadata.name === "kube-root-ca.crt")
      .map(({ data }) => (data as { "ca.crt": string })["ca.crt"]);
  const everywhere = (): unknown[] => rotated.registry.list("namespaces").map(() => rotated.certificateAuthority);
  await vi.waitFor(() => expect(published()).toEqual(everywhere()));
  const [first] = published();
  rotated.rotateCertificates();
  await vi.waitFor(() => expect(published()).toEqual(everywhere()));
  expect(published()).not.toContain(first);
});
