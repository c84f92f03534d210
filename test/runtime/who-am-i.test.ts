import { describe, expect, test } from "vitest";
import { Http } from "../../src/runtime/http.ts";
import { whoAmI, whoAmIIfTold } from "../../src/runtime/who-am-i.ts";
import { handlerTransport } from "../../src/transport/handler-transport.ts";

/** A server that has the review in these versions only. */
function server(...served: readonly string[]): { readonly http: Http; readonly asked: string[] } {
  const asked: string[] = [];
  const http = new Http(
    handlerTransport((request) => {
      const version = new URL(request.url).pathname.split("/")[3] ?? "";
      asked.push(version);
      return served.includes(version)
        ? Response.json({ kind: "SelfSubjectReview", status: { userInfo: { username: "jane" } } }, { status: 201 })
        : refusal(404, "NotFound", "the server could not find the requested resource");
    }),
  );
  return { http, asked };
}

function refusal(code: number, reason: string, message: string): Response {
  return Response.json(
    { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message },
    { status: code },
  );
}

describe("who the server takes us for", () => {
  test("is asked once where the stable review is served", async () => {
    const { http, asked } = server("v1", "v1beta1");
    expect(await whoAmI(http, {})).toEqual({ username: "jane" });
    expect(asked).toEqual(["v1"]);
  });

  test("is asked by an older review where there is no other", async () => {
    const { http, asked } = server("v1beta1");
    expect(await whoAmI(http, {})).toEqual({ username: "jane" });
    expect(asked).toEqual(["v1", "v1beta1"]);
  });

  test("is not told by a server without one: the error says since when there is", async () => {
    await expect(whoAmI(server().http, {})).rejects.toMatchObject({
      code: "NOT_FOUND",
      path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
      message: expect.stringContaining("serves no SelfSubjectReview"),
      hint: expect.stringContaining("1.28"),
    });
    expect(await whoAmIIfTold(server().http, {})).toBeUndefined();
  });

  test("is not told to somebody who may not ask, and no older review is tried", async () => {
    let asked = 0;
    const http = new Http(
      handlerTransport(() => {
        asked++;
        return refusal(403, "Forbidden", "selfsubjectreviews is forbidden");
      }),
    );
    await expect(whoAmI(http, {})).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await whoAmIIfTold(http, {})).toBeUndefined();
    expect(asked).toBe(2);
  });

  test("is an error where the server is out of order", async () => {
    const http = new Http(handlerTransport(() => refusal(500, "InternalError", "broken")));
    await expect(whoAmIIfTold(http, {})).rejects.toMatchObject({ httpStatus: 500 });
  });
});
