import { describe, expect, test } from "vitest";
import { whoAmI, whoAmIIfTold } from "../../src/operations/access/who-am-i.ts";
import { handlerTransport } from "../../src/transport/handler-transport.ts";
import type { Transport } from "../../src/transport/transport.ts";

/** A server that has the review in these versions only. */
function server(...served: readonly string[]): { readonly transport: Transport; readonly asked: string[] } {
  const asked: string[] = [];
  const transport = handlerTransport((request) => {
    const version = new URL(request.url).pathname.split("/")[3] ?? "";
    asked.push(version);
    return served.includes(version)
      ? Response.json({ kind: "SelfSubjectReview", status: { userInfo: { username: "jane" } } }, { status: 201 })
      : refusal(404, "NotFound", "the server could not find the requested resource");
  });
  return { transport, asked };
}

function refusal(code: number, reason: string, message: string): Response {
  return Response.json(
    { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message },
    { status: code },
  );
}

describe("who the server takes us for", () => {
  test("is asked once where the stable review is served", async () => {
    const { transport, asked } = server("v1", "v1beta1");
    expect(await whoAmI(transport, {})).toEqual({ username: "jane" });
    expect(asked).toEqual(["v1"]);
  });

  test("is asked by an older review where there is no other", async () => {
    const { transport, asked } = server("v1beta1");
    expect(await whoAmI(transport, {})).toEqual({ username: "jane" });
    expect(asked).toEqual(["v1", "v1beta1"]);
  });

  test("is not told by a server without one: the error says since when there is", async () => {
    await expect(whoAmI(server().transport, {})).rejects.toMatchObject({
      code: "NOT_FOUND",
      path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
      message: expect.stringContaining("serves no SelfSubjectReview"),
      hint: expect.stringContaining("1.28"),
    });
    expect(await whoAmIIfTold(server().transport, {})).toBeUndefined();
  });

  test("is not told to somebody who may not ask, and no older review is tried", async () => {
    let asked = 0;
    const transport = handlerTransport(() => {
      asked++;
      return refusal(403, "Forbidden", "selfsubjectreviews is forbidden");
    });
    await expect(whoAmI(transport, {})).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await whoAmIIfTold(transport, {})).toBeUndefined();
    expect(asked).toBe(2);
  });

  test("is an error where the server is out of order", async () => {
    const transport = handlerTransport(() => refusal(500, "InternalError", "broken"));
    await expect(whoAmIIfTold(transport, {})).rejects.toMatchObject({ httpStatus: 500 });
  });
});
