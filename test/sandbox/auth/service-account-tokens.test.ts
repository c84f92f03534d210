import { createPublicKey, verify } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { SandboxIdentity } from "../../../src/sandbox/auth/identity.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import type { Registry } from "../../../src/sandbox/storage/registry.ts";
import { create, type ManualClock, refusal, testServer } from "./server.ts";

interface Server {
  registry: Registry;
  identity: SandboxIdentity;
  clock: ManualClock;
}

function serverWithAccount(): Server {
  const server = testServer();
  create(server.registry, "serviceaccounts", { metadata: { name: "robot", namespace: "default" } });
  return server;
}

function requestToken({ registry, identity }: Server, spec: object = {}, name = "robot"): ApiObject {
  const resource = identity.virtualResources.find((one) => one.resource === "serviceaccounts/token")!;
  const object: ApiObject = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", metadata: {}, spec };
  const user = { username: "admin", groups: [] };
  return resource.create(object, { user, namespace: "default", name, manager: "test", registry });
}

function tokenOf(request: ApiObject): string {
  return (request.status as { token: string }).token;
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString());
}

function logIn({ identity }: Server, token: string): ReturnType<SandboxIdentity["authenticate"]> {
  const headers = { authorization: `Bearer ${token}` };
  return identity.authenticate(new Request("https://localhost/", { headers }), undefined);
}

describe("a requested token", () => {
  test("says what was granted, and logs its service account in", () => {
    const server = serverWithAccount();
    const answer = requestToken(server, { expirationSeconds: 600 });
    expect(answer).toEqual({
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      metadata: {
        name: "robot",
        namespace: "default",
        uid: server.registry.get("serviceaccounts", "default", "robot")?.metadata.uid,
        creationTimestamp: "2026-01-01T00:00:00Z",
      },
      spec: { audiences: ["https://kubernetes.default.svc"], expirationSeconds: 600, boundObjectRef: null },
      status: {
        token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]{86}$/),
        expirationTimestamp: "2026-01-01T00:10:00Z",
      },
    });
    expect(logIn(server, tokenOf(answer))).toEqual({
      username: "system:serviceaccount:default:robot",
      uid: expect.any(String),
      groups: ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"],
      extra: { "authentication.kubernetes.io/credential-id": [`JTI=${claimsOf(tokenOf(answer)).jti}`] },
    });
  });

  test("is verified by the published key", () => {
    const server = serverWithAccount();
    const [header, claims, signature] = tokenOf(requestToken(server)).split(".") as [string, string, string];
    const document = server.identity.openIdDocuments.get("/openid/v1/jwks")!;
    const { keys } = document.body as { keys: { kid: string }[] };
    expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({ alg: "ES256", kid: keys[0]!.kid });
    const key = createPublicKey({ key: keys[0]! as never, format: "jwk" });
    const signed = Buffer.from(`${header}.${claims}`);
    const options = { key, dsaEncoding: "ieee-p1363" } as const;
    expect(verify("sha256", signed, options, Buffer.from(signature, "base64url"))).toBe(true);
  });

  test("lasts an hour by default, and no longer than it says (but for a minute of leeway)", () => {
    const server = serverWithAccount();
    const token = tokenOf(requestToken(server));
    server.clock.advance(3_660_000);
    expect(logIn(server, token).username).toBe("system:serviceaccount:default:robot");
    server.clock.advance(1000);
    expect(refusal(() => logIn(server, token)).code).toBe(401);
  });

  test("with a changed claim, another key or another audience is worth nothing", () => {
    const server = serverWithAccount();
    const [header, claims, signature] = tokenOf(requestToken(server)).split(".") as [string, string, string];
    const forged = Buffer.from(claims, "base64url").toString().replace("default:robot", "default:other");
    const changed = `${header}.${Buffer.from(forged).toString("base64url")}.${signature}`;
    expect(refusal(() => logIn(server, changed)).code).toBe(401);
    expect(refusal(() => logIn(server, tokenOf(requestToken(serverWithAccount())))).code).toBe(401);
    const elsewhere = tokenOf(requestToken(server, { audiences: ["vault"] }));
    expect(refusal(() => logIn(server, elsewhere)).code).toBe(401);
  });

  test("dies with its service account, and does not come to life for a namesake", () => {
    const server = serverWithAccount();
    const token = tokenOf(requestToken(server));
    server.registry.delete("serviceaccounts", "default", "robot");
    expect(refusal(() => logIn(server, token)).code).toBe(401);
    create(server.registry, "serviceaccounts", { metadata: { name: "robot", namespace: "default" } });
    expect(refusal(() => logIn(server, token)).code).toBe(401);
  });

  test("bound to a pod tells the pod and its node, and dies with the pod", () => {
    const server = serverWithAccount();
    create(server.registry, "nodes", { metadata: { name: "node0" } });
    create(server.registry, "pods", {
      metadata: { name: "p", namespace: "default" },
      spec: { serviceAccountName: "robot", nodeName: "node0" },
    });
    const ref = { apiVersion: "v1", kind: "Pod", name: "p" };
    const token = tokenOf(requestToken(server, { boundObjectRef: ref }));
    expect(logIn(server, token).extra).toMatchObject({
      "authentication.kubernetes.io/pod-name": ["p"],
      "authentication.kubernetes.io/node-name": ["node0"],
    });
    server.registry.delete("pods", "default", "p", { gracePeriodSeconds: 0 });
    expect(refusal(() => logIn(server, token)).code).toBe(401);
  });

  test("for a pod's injected volume lasts a year and warns after an hour", () => {
    const server = serverWithAccount();
    create(server.registry, "pods", {
      metadata: { name: "p", namespace: "default" },
      spec: { serviceAccountName: "robot" },
    });
    const ref = { apiVersion: "v1", kind: "Pod", name: "p" };
    const answer = requestToken(server, { boundObjectRef: ref, expirationSeconds: 3607 });
    const claims = claimsOf(tokenOf(answer));
    expect(Number(claims.exp) - Number(claims.iat)).toBe(365 * 24 * 3600);
    expect(claims["kubernetes.io"]).toMatchObject({ warnafter: Number(claims.iat) + 3607 });
    expect(answer.status).toMatchObject({ expirationTimestamp: "2026-01-01T01:00:07Z" });
  });
});

describe("a token is refused", () => {
  test("for a service account that is not there", () => {
    expect(refusal(() => requestToken(serverWithAccount(), {}, "nobody"))).toMatchObject({
      code: 404,
      message: 'serviceaccounts "nobody" not found',
      details: { name: "nobody", kind: "serviceaccounts" },
    });
  });

  test.each([
    [5, "may not specify a duration less than 10 minutes"],
    [2 ** 33, "may not specify a duration larger than 2^32 seconds"],
  ])("for %i seconds", (expirationSeconds, detail) => {
    expect(refusal(() => requestToken(serverWithAccount(), { expirationSeconds }))).toMatchObject({
      code: 422,
      message: `TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: ${expirationSeconds}: ${detail}`,
    });
  });

  test("for another account's pod, for an outdated uid, and for kinds that tokens are not bound to", () => {
    const server = serverWithAccount();
    create(server.registry, "pods", {
      metadata: { name: "p", namespace: "default" },
      spec: { serviceAccountName: "x" },
    });
    create(server.registry, "secrets", { metadata: { name: "s", namespace: "default" } });
    const bind = (boundObjectRef: object): unknown => refusal(() => requestToken(server, { boundObjectRef }));
    expect(bind({ apiVersion: "v1", kind: "Pod", name: "p" })).toMatchObject({
      code: 400,
      message: 'cannot bind token for serviceaccount "robot" to pod running with serviceaccount "x"',
    });
    expect(bind({ apiVersion: "v1", kind: "Secret", name: "s", uid: "old" })).toMatchObject({ code: 409 });
    expect(bind({ apiVersion: "v1", kind: "Secret", name: "none" })).toMatchObject({ code: 404 });
    expect(bind({ apiVersion: "apps/v1", kind: "Deployment", name: "d" })).toMatchObject({
      code: 400,
      message: "cannot bind token to object of type apps/v1, Kind=Deployment",
    });
  });
});
