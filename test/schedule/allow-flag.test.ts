import { expect, test } from "vitest";
import { resolveName } from "../../src/core/names.ts";
import { readAllow } from "../../src/schedule/allow-flag.ts";
import { BUILT_IN_RESOURCES } from "../../src/types/built-in-resources.ts";

const lookup = {
  resolve: async (name: string) => {
    const found = resolveName(name, BUILT_IN_RESOURCES);
    return found.type === "found" ? found.resource : undefined;
  },
};

async function read(text: string): Promise<string[]> {
  return (await readAllow(text, "own", lookup)).map((access) => {
    if ("path" in access) return `${access.verb} ${access.path}`;
    const { verb, group, resource, name, namespace = "*" } = access;
    return `${verb} ${group}/${resource} ${name ?? "any"} in ${namespace}`;
  });
}

test.each([
  ["delete:jobs.batch", ["delete batch/jobs any in own"]],
  [
    "get,list:po,pods/log@web",
    ["get /pods", "list /pods", "get /pods/log", "list /pods/log"].map((one) => `${one} any in web`),
  ],
  ["list:nodes", ["list /nodes any in *"]],
  ["get:secrets@*", ["get /secrets any in *"]],
  ["get:secrets=key@web", ["get /secrets key in web"]],
  ["bind:clusterroles=view", ["bind rbac.authorization.k8s.io/clusterroles view in *"]],
  ["bind:clusterroles=view@web", ["bind rbac.authorization.k8s.io/clusterroles view in web"]],
  ["impersonate:users=jane@example.com", ["impersonate /users jane@example.com in *"]],
  ["impersonate:users=system:admin", ["impersonate /users system:admin in *"]],
  ["impersonate-on:user-info:list:pods", ["impersonate-on:user-info:list /pods any in own"]],
  ["approve:signers=example.com/own", ["approve certificates.k8s.io/signers example.com/own in *"]],
  ["get:/metrics,/logs/*", ["get /metrics", "get /logs/*"]],
])("--allow %s", async (text, rights) => {
  expect(await read(text)).toEqual(rights);
});

test("a right that cannot be read, or is of nothing that there is, is refused", async () => {
  await expect(read("pods")).rejects.toThrow('Cannot read --allow "pods"');
  await expect(read("get:pods@a b")).rejects.toMatchObject({ code: "USAGE" });
  await expect(read("get:podz")).rejects.toThrow('Cannot allow "get:podz": the cluster has no resource "podz"');
});
