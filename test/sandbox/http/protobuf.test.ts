import { beforeEach, describe, expect, it } from "vitest";
import { body, entry, field } from "../protobuf/encode.ts";
import { type Answered, type TestServer, testServer } from "./server.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const TYPED = {
  "content-type": "application/vnd.kubernetes.protobuf",
  accept: "application/vnd.kubernetes.protobuf,application/json",
};
let server: TestServer;

beforeEach(() => {
  server = testServer();
});

function configMap(value: string): Uint8Array {
  return body("v1", "ConfigMap", field(1, field(1, "c")), field(2, entry("k", value)));
}

function send(method: string, path: string, bytes: Uint8Array): Promise<Answered> {
  return server.ask(method, path, bytes, TYPED);
}

describe("a client that sends protobuf", () => {
  it("creates and updates, and is answered in JSON", async () => {
    const created = await send("POST", CONFIG_MAPS, configMap("one"));
    expect(created).toMatchObject({ status: 201, body: { metadata: { name: "c" }, data: { k: "one" } } });
    expect(created.headers.get("content-type")).toBe("application/json");
    const updated = await send("PUT", `${CONFIG_MAPS}/c`, configMap("two"));
    expect(updated).toMatchObject({ status: 200, body: { data: { k: "two" } } });
  });

  it("asks for a review and for a token", async () => {
    const review = await send(
      "POST",
      "/apis/authentication.k8s.io/v1/selfsubjectreviews",
      body("authentication.k8s.io/v1", "SelfSubjectReview"),
    );
    expect(review).toMatchObject({ status: 201, body: { status: { userInfo: { username: "admin" } } } });
    await server.ask("POST", "/api/v1/namespaces/default/serviceaccounts", { metadata: { name: "robot" } });
    const token = await send(
      "POST",
      "/api/v1/namespaces/default/serviceaccounts/robot/token",
      body("authentication.k8s.io/v1", "TokenRequest", field(2, [...field(1, "someone"), ...field(4, 3600)])),
    );
    expect(token).toMatchObject({ status: 201, body: { spec: { audiences: ["someone"], expirationSeconds: 3600 } } });
  });

  it("deletes with options of whatever version", async () => {
    await send("POST", CONFIG_MAPS, configMap("one"));
    const options = (uid: string): Uint8Array => body("apps/v1", "DeleteOptions", field(2, field(1, uid)));
    expect(await send("DELETE", `${CONFIG_MAPS}/c`, options("another"))).toMatchObject({ status: 409 });
    const { metadata } = (await server.ask("GET", `${CONFIG_MAPS}/c`)).body as { metadata: { uid: string } };
    expect(await send("DELETE", `${CONFIG_MAPS}/c`, options(metadata.uid))).toMatchObject({ status: 200 });
  });

  it("cannot patch with it, nor have it for an answer", async () => {
    await send("POST", CONFIG_MAPS, configMap("one"));
    expect(await send("PATCH", `${CONFIG_MAPS}/c`, configMap("two"))).toMatchObject({ status: 415 });
    const only = { accept: "application/vnd.kubernetes.protobuf" };
    expect(await server.ask("GET", `${CONFIG_MAPS}/c`, undefined, only)).toMatchObject({ status: 406 });
  });
});
