import { load } from "js-yaml";
import { expect, test } from "vitest";
import { sandboxKubeconfig } from "../../../src/sandbox/listener/kubeconfig.ts";

const decode = (data: string): string => Buffer.from(data, "base64").toString();

test("a kubeconfig holds the server and every user, the first of them current", () => {
  const text = sandboxKubeconfig({
    server: "https://127.0.0.1:6443",
    certificateAuthority: "CA",
    users: [
      { name: "admin", certificate: { certificate: "C1", key: "K1" } },
      { name: 'odd: "name" #1', certificate: { certificate: "C2", key: "K2" } },
    ],
  });
  const config = load(text) as Record<string, unknown>;
  expect(config).toMatchObject({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "sandbox",
    contexts: [
      { name: "sandbox", context: { cluster: "sandbox", user: "admin" } },
      { name: 'odd: "name" #1@sandbox', context: { cluster: "sandbox", user: 'odd: "name" #1' } },
    ],
  });
  const clusters = config.clusters as { cluster: Record<string, string> }[];
  expect(clusters[0]!.cluster.server).toBe("https://127.0.0.1:6443");
  expect(decode(clusters[0]!.cluster["certificate-authority-data"]!)).toBe("CA");
  const users = config.users as { user: Record<string, string> }[];
  expect(users.map(({ user }) => [decode(user["client-certificate-data"]!), decode(user["client-key-data"]!)])).toEqual(
    [
      ["C1", "K1"],
      ["C2", "K2"],
    ],
  );
});
