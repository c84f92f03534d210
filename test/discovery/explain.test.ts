import { describe, expect, test } from "vitest";
import { Discovery } from "../../src/discovery/discovery.ts";
import { type ExplainOptions, explain } from "../../src/discovery/explain.ts";
import { renderExplanation } from "../../src/discovery/explain-text.ts";
import { OpenApiDocuments } from "../../src/discovery/openapi.ts";
import { RecordedServer } from "./recorded-server.ts";

const string = { type: "string" };
const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` });
const APPS = {
  components: {
    schemas: {
      "x.apps.v1.Deployment": {
        description: "A workload of equal pods.",
        type: "object",
        properties: {
          spec: { description: "What is wanted.", default: {}, allOf: [ref("x.apps.v1.DeploymentSpec")] },
          metadata: { allOf: [ref("x.meta.v1.ObjectMeta")] },
        },
        "x-kubernetes-group-version-kind": [{ group: "apps", version: "v1", kind: "Deployment" }],
      },
      "x.apps.v1.DeploymentSpec": {
        description: `The wish. ${"Words that go on ".repeat(6)}end.`,
        type: "object",
        required: ["steps"],
        properties: {
          steps: { type: "array", items: ref("x.apps.v1.Step") },
          surge: { allOf: [ref("x.util.IntOrString")] },
          type: { type: "string", enum: ["A", "B", "C", "D", "E"], description: "How." },
        },
      },
      "x.apps.v1.Step": {
        description: "One step.",
        type: "object",
        properties: { again: ref("x.apps.v1.Step"), mode: { type: "string", enum: ["", "on"] } },
      },
      "x.meta.v1.ObjectMeta": {
        type: "object",
        properties: { created: ref("x.meta.v1.Time"), labels: { type: "object", additionalProperties: string } },
      },
      "x.meta.v1.Time": { type: "string", format: "date-time" },
      "x.util.IntOrString": { type: "string", format: "int-or-string" },
    },
  },
};

function setUp(): { server: RecordedServer; text: (path: string, options?: ExplainOptions) => Promise<string> } {
  const server = new RecordedServer({
    "/openapi/v3": {
      status: 200,
      body: { paths: { "apis/apps/v1": { serverRelativeURL: "/openapi/v3/apis/apps/v1?hash=1" } } },
    },
    "/openapi/v3/apis/apps/v1": { status: 200, body: APPS },
  });
  const discovery = new Discovery(server);
  const openApi = new OpenApiDocuments(server);
  return { server, text: async (path, options) => renderExplanation(await explain(discovery, openApi, path, options)) };
}

describe("explain", () => {
  test("shows a kind as kubectl does", async () => {
    const { text } = setUp();
    expect(await text("deploy")).toBe(
      [
        "GROUP:      apps",
        "KIND:       Deployment",
        "VERSION:    v1",
        "",
        "DESCRIPTION:",
        "    A workload of equal pods.",
        "    ",
        "FIELDS:",
        "  metadata\t<ObjectMeta>",
        "    <no description>",
        "",
        "  spec\t<DeploymentSpec>",
        "    What is wanted.",
        "",
        "",
        "",
      ].join("\n"),
    );
  });

  test("shows a field with its type's description, wrapped, required fields and enums", async () => {
    const { text } = setUp();
    const shown = await text("deployments.apps.spec");
    expect(shown).toContain("FIELD: spec <DeploymentSpec>\n\n\nDESCRIPTION:\n    What is wanted.\n    The wish. Words");
    expect(shown).toContain("  steps\t<[]Step> -required-\n");
    expect(shown).toContain("  surge\t<IntOrString>\n");
    expect(shown).toContain("  type\t<string>\n  enum: A, B, C, D, ....\n    How.\n");
    expect(Math.max(...shown.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test("shows a scalar's values", async () => {
    const { text } = setUp();
    expect(await text("deploy.spec.steps.mode")).toContain("FIELD: mode <string>\nENUM:\n    \n    on\n\nDESCRIPTION:");
  });

  test("goes down recursively and stops at a circle", async () => {
    const { text } = setUp();
    expect((await text("deploy", { recursive: true })).split("FIELDS:\n")[1]).toBe(
      [
        "  metadata\t<ObjectMeta>",
        "    created\t<string>",
        "    labels\t<map[string]string>",
        "  spec\t<DeploymentSpec>",
        "    steps\t<[]Step> -required-",
        "      again\t<Step>",
        "      mode\t<string>",
        '      enum: "", on',
        "    surge\t<IntOrString>",
        "    type\t<string>",
        "    enum: A, B, C, D, ....",
        "",
        "",
      ].join("\n"),
    );
  });

  test("names the fields there are when one is missing", async () => {
    const { text } = setUp();
    await expect(text("deploy.spec.nope")).rejects.toMatchObject({
      message: 'Cannot explain "deploy.spec.nope": "spec" has no field "nope"',
      hint: "Its fields are steps, surge, type.",
    });
    await expect(text("pods")).rejects.toThrow(/publishes no schema/);
  });

  test("fetches a document once", async () => {
    const { server, text } = setUp();
    await text("deploy");
    await text("deploy.spec");
    expect(server.paths.filter((path) => path === "/openapi/v3/apis/apps/v1")).toHaveLength(1);
  });
});
