import { beforeAll, describe, expect, test } from "vitest";
import { admissionPlugins } from "../../../src/sandbox/admission/plugins.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import type { UserInfo } from "../../../src/sandbox/model/user.ts";
import type { Registry } from "../../../src/sandbox/storage/registry.ts";
import { create, refusal, testServer } from "../auth/server.ts";
import { requestOf } from "../certificates/request-of.ts";

const REQUESTS = "certificatesigningrequests.certificates.k8s.io";
const CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client";
const JANE: UserInfo = { username: "jane", groups: ["system:authenticated"] };

/** A server where jane has the verbs given on the signers named. */
function server(verbs: readonly string[], signers: readonly string[]): Registry {
  const { registry } = testServer({ admission: admissionPlugins(() => 0) });
  const rules = [{ apiGroups: ["certificates.k8s.io"], resources: ["signers"], resourceNames: signers, verbs }];
  create(registry, "clusterroles.rbac.authorization.k8s.io", { metadata: { name: "signer" }, rules });
  create(registry, "clusterrolebindings.rbac.authorization.k8s.io", {
    metadata: { name: "signer" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "signer" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "jane" }],
  });
  create(registry, REQUESTS, { metadata: { name: "csr" }, spec: { signerName: "example.com/serving" } });
  return registry;
}

function write(registry: Registry, subresource: string, status: object): ApiObject | undefined {
  const change = (live: ApiObject): ApiObject => ({ ...live, status });
  return registry.modify(REQUESTS, "", "csr", change, { manager: "test", subresource, user: JANE });
}

const APPROVED = { conditions: [{ type: "Approved", status: "True" }] };
const SIGNED = { certificate: "LS0t" };

describe.each([
  ["approve", "approval", APPROVED],
  ["sign", "status", SIGNED],
])("the verb %s on a signer", (verb, subresource, status) => {
  test.each([["example.com/serving"], ["example.com/*"]])("held on %s suffices", (signer) => {
    expect(write(server([verb], [signer]), subresource, status)).toMatchObject({ status });
  });

  test("is demanded", () => {
    for (const registry of [server([verb], ["example.org/*"]), server(["get"], ["example.com/serving"])]) {
      expect(refusal(() => write(registry, subresource, status))).toMatchObject({
        code: 403,
        message: `certificatesigningrequests.certificates.k8s.io "csr" is forbidden: user not permitted to ${verb} requests with signerName "example.com/serving"`,
      });
    }
  });
});

test("a status that says nothing new needs no right to sign", () => {
  expect(write(server([], []), "status", { conditions: [] })).toBeDefined();
});

describe("CertificateSubjectRestriction", () => {
  let masters: string;
  beforeAll(async () => {
    masters = await requestOf("EC P-256", "CN=jane, O=devs, O=system:masters");
  });
  const ask = (signerName: string, pem: string): ApiObject => {
    const request = Buffer.from(pem).toString("base64");
    return create(server([], []), REQUESTS, { metadata: { name: "asked" }, spec: { signerName, request } });
  };

  test("refuses membership of system:masters to clients of the API", () => {
    expect(refusal(() => ask(CLIENT_SIGNER, masters))).toMatchObject({
      code: 403,
      message: `certificatesigningrequests.certificates.k8s.io "asked" is forbidden: use of ${CLIENT_SIGNER} signer with system:masters group is not allowed`,
    });
    expect(refusal(() => ask(CLIENT_SIGNER, "nothing")).message).toContain(
      "failed to parse CSR: PEM block type must be",
    );
  });

  test("leaves other groups and other signers alone", async () => {
    expect(ask("example.com/clients", masters)).toBeDefined();
    expect(ask(CLIENT_SIGNER, await requestOf("EC P-256"))).toBeDefined();
  });
});
