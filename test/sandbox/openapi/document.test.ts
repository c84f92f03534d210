import { describe, expect, it } from "vitest";
import { builtInDefinitions } from "../../../src/sandbox/definitions/built-in.ts";
import { openApiDocument } from "../../../src/sandbox/openapi/document.ts";

interface Operation {
  readonly "x-kubernetes-action": string;
  readonly "x-kubernetes-group-version-kind": { group: string; version: string; kind: string };
  readonly parameters: readonly { name: string }[];
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { schemas: Readonly<Record<string, unknown>> };
}

function documentOf(group: string): Document {
  return openApiDocument(builtInDefinitions().filter((one) => one.group === group)) as unknown as Document;
}

describe("an OpenAPI document", () => {
  it("describes every verb of a resource with its kind", () => {
    const { paths } = documentOf("apps");
    const item = paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"] ?? {};
    expect(Object.keys(item).sort()).toEqual(["delete", "get", "parameters", "patch", "put"]);
    expect(item.patch).toMatchObject({
      "x-kubernetes-action": "patch",
      "x-kubernetes-group-version-kind": { group: "apps", version: "v1", kind: "Deployment" },
    });
    expect(item.patch?.parameters.map(({ name }) => name)).toContain("fieldValidation");
  });

  it("gives a sub-resource its own kind", () => {
    const { paths } = documentOf("apps");
    const scale = paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale"];
    expect(scale?.get?.["x-kubernetes-group-version-kind"]).toEqual({
      group: "autoscaling",
      version: "v1",
      kind: "Scale",
    });
  });

  it("holds every component that it refers to", () => {
    for (const group of new Set(builtInDefinitions().map((one) => one.group))) {
      const document = documentOf(group);
      const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
        ([, name]) => name,
      );
      expect(names.length).toBeGreaterThan(0);
      for (const name of new Set(names)) expect(document.components.schemas).toHaveProperty([name ?? ""]);
    }
  });
});
