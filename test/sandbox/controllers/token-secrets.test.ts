import { expect, test } from "vitest";
import { createSandbox, type Sandbox } from "../../../src/sandbox/sandbox.ts";
import { manualClock } from "./harness.ts";

const TYPE = "kubernetes.io/service-account-token";

function sandbox(): { server: Sandbox; settle: () => void; text: (key: string) => string } {
  const clock = manualClock();
  const server = createSandbox({ clock, nodes: [], addons: false, certificateAuthority: "the authority" });
  clock.advance(0);
  const write = { manager: "test" };
  server.registry.create(
    "serviceaccounts",
    "default",
    { metadata: { name: "robot" }, secrets: [{ name: "robot" }] },
    write,
  );
  const annotations = { "kubernetes.io/service-account.name": "robot" };
  server.registry.create("secrets", "default", { metadata: { name: "robot", annotations }, type: TYPE }, write);
  const text = (key: string): string => {
    const data = server.registry.get("secrets", "default", "robot")?.data as Record<string, string>;
    return Buffer.from(data[key] ?? "", "base64").toString();
  };
  return { server, text, settle: () => clock.advance(100) };
}

async function whoAmI(server: Sandbox, token: string): Promise<unknown> {
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
  const answer = await server.handle(
    new Request("https://localhost/apis/authentication.k8s.io/v1/selfsubjectreviews", {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  );
  const { status, code } = (await answer.json()) as { status: { userInfo: { username: string } }; code?: number };
  return code ?? status.userInfo.username;
}

test("a Secret for a ServiceAccount's token gets one that logs in as it, until the Secret goes", async () => {
  const { server, settle, text } = sandbox();
  settle();
  const { uid = "" } = server.registry.get("serviceaccounts", "default", "robot")?.metadata ?? {};
  expect(server.registry.get("secrets", "default", "robot")?.metadata.annotations).toEqual({
    "kubernetes.io/service-account.name": "robot",
    "kubernetes.io/service-account.uid": uid,
  });
  expect([text("namespace"), text("ca.crt")]).toEqual(["default", "the authority"]);
  const token = text("token");
  expect(JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString())).toEqual({
    iss: "kubernetes/serviceaccount",
    "kubernetes.io/serviceaccount/namespace": "default",
    "kubernetes.io/serviceaccount/secret.name": "robot",
    "kubernetes.io/serviceaccount/service-account.name": "robot",
    "kubernetes.io/serviceaccount/service-account.uid": uid,
    sub: "system:serviceaccount:default:robot",
  });
  expect(await whoAmI(server, token)).toBe("system:serviceaccount:default:robot");
  server.publishAuthority("the next authority");
  settle();
  expect([text("ca.crt"), text("token")]).toEqual(["the next authority", token]);
  server.registry.delete("secrets", "default", "robot");
  settle();
  expect(await whoAmI(server, token)).toBe(401);
  expect(server.registry.get("serviceaccounts", "default", "robot")?.secrets).toBeUndefined();
});

test("a token that is taken out of its Secret is replaced, and no longer good", async () => {
  const { server, settle, text } = sandbox();
  settle();
  const first = text("token");
  server.registry.modify(
    "secrets",
    "default",
    "robot",
    (live) => ({ ...live, data: { ...(live.data as object), token: Buffer.from("other").toString("base64") } }),
    { manager: "test" },
  );
  settle();
  expect(text("token")).toBe("other");
  expect(await whoAmI(server, first)).toBe(401);
  server.registry.modify("secrets", "default", "robot", (live) => ({ ...live, data: {} }), { manager: "test" });
  settle();
  expect(await whoAmI(server, text("token"))).toBe("system:serviceaccount:default:robot");
});

test("a Secret for a token goes with its ServiceAccount, and does not stay for one that is not there", () => {
  const { server, settle } = sandbox();
  settle();
  server.registry.delete("serviceaccounts", "default", "robot");
  const annotations = { "kubernetes.io/service-account.name": "nobody" };
  const early = { metadata: { name: "early", annotations }, type: TYPE };
  server.registry.create("secrets", "default", early, { manager: "test" });
  settle();
  expect(server.registry.list("secrets", "default")).toEqual([]);
});
