import { describe, expect, test } from "vitest";
import type { Connection } from "../../src/config/connection.ts";
import type { ConnectionFlags } from "../../src/config/connection-flags.ts";
import { resolveConnection } from "../../src/config/resolve-connection.ts";
import { failureOf, KEY, kubeconfig, outside, PEM } from "./support/outside.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Resolves one kubeconfig at /kube/config with flags. */
function resolve(text: string, flags: ConnectionFlags = {}, files: Record<string, string> = {}): Promise<Connection> {
  return resolveConnection(outside({ "/kube/config": text, ...files }, { env: { KUBECONFIG: "/kube/config" }, flags }));
}

describe("contexts", () => {
  test("give cluster, user and namespace, and the files they came from", async () => {
    const connection = await resolve(kubeconfig("dev", { context: { namespace: "web" }, user: { token: "t" } }));
    expect(connection).toMatchObject({
      context: "dev",
      cluster: "dev",
      user: "dev",
      namespace: "web",
      server: "https://dev.example.com:6443",
      credential: { type: "token", token: "t" },
      files: ["/kube/config"],
    });
  });

  test("have the namespace default when they name none, and -n overrides it", async () => {
    expect((await resolve(kubeconfig("dev"))).namespace).toBe("default");
    expect((await resolve(kubeconfig("dev"), { namespace: "x" })).namespace).toBe("x");
  });

  test("that do not exist are an error listing those that do", async () => {
    const error = await failureOf(resolve(kubeconfig("dev"), { context: "prod" }));
    expect(error.code).toBe("CONTEXT_NOT_FOUND");
    expect(error.message).toContain('"prod"');
    expect(error.hint).toContain("dev");
  });

  test("that name a missing cluster or user are an error naming both", async () => {
    const error = await failureOf(resolve(kubeconfig("dev", { context: { user: "nobody" } })));
    expect(error.code).toBe("KUBECONFIG_INVALID");
    expect(error.message).toContain('"nobody"');
    expect(error.message).toContain('"dev"');
  });

  test("none chosen is an error of its own", async () => {
    const text = kubeconfig("dev").replace('"current-context":"dev",', "");
    expect((await failureOf(resolve(text))).code).toBe("CONTEXT_NOT_FOUND");
  });

  test("no cluster at all points to the sandbox", async () => {
    const error = await failureOf(resolveConnection(outside({})));
    expect(error.code).toBe("NO_CLUSTER");
    expect(error.hint).toContain("sandbox");
  });
});

describe("the server", () => {
  test("keeps its path and loses its trailing slash", async () => {
    const text = kubeconfig("dev", { cluster: { server: "https://h:8443/k8s/clusters/x/" } });
    expect((await resolve(text)).server).toBe("https://h:8443/k8s/clusters/x");
  });

  test("overridden by a flag drops the entry's tls-server-name, not the flag's", async () => {
    const text = kubeconfig("dev", { cluster: { "tls-server-name": "old" } });
    expect((await resolve(text)).tls.serverName).toBe("old");
    expect((await resolve(text, { server: "https://other" })).tls.serverName).toBeUndefined();
    const both = await resolve(text, { server: "https://other", tlsServerName: "new" });
    expect(both).toMatchObject({ server: "https://other", tls: { serverName: "new" } });
  });

  test("alone is enough", async () => {
    const connection = await resolveConnection(outside({}, { flags: { server: "https://h", token: "t" } }));
    expect(connection).toMatchObject({ server: "https://h", credential: { type: "token", token: "t" }, files: [] });
  });

  test("over plain HTTP gets no credentials", async () => {
    const text = kubeconfig("dev", { cluster: { server: "http://h:8080" }, user: { token: "t" } });
    expect((await resolve(text)).credential).toEqual({ type: "none" });
  });
});

describe("TLS", () => {
  test("data is decoded; a file resolves against its kubeconfig", async () => {
    const data = await resolve(kubeconfig("dev", { cluster: { "certificate-authority-data": base64(PEM) } }));
    expect(data.tls).toEqual({ ca: PEM, insecureSkipVerify: false });
    const file = await resolve(
      kubeconfig("dev", { cluster: { "certificate-authority": "pki/ca.crt" } }),
      {},
      {
        "/kube/pki/ca.crt": PEM,
      },
    );
    expect(file.tls).toEqual({ ca: PEM, caFile: "/kube/pki/ca.crt", insecureSkipVerify: false });
  });

  test("each path resolves against the file that its own entry stands in", async () => {
    const cluster = JSON.stringify({
      clusters: [{ name: "dev", cluster: { server: "https://h", "certificate-authority": "ca" } }],
    });
    const rest = kubeconfig("dev", { user: { tokenFile: "token" } });
    const connection = await resolveConnection(
      outside({ "/one/c": cluster, "/two/u": rest, "/one/ca": PEM }, { env: { KUBECONFIG: "/one/c:/two/u" } }),
    );
    expect(connection.tls.caFile).toBe("/one/ca");
    expect(connection.credential).toEqual({ type: "tokenFile", path: "/two/token" });
  });

  test.each(["certificate-authority", "client-certificate", "client-key"])(
    "%s as file and as data is an error",
    async (field) => {
      const pair = { [field]: "f", [`${field}-data`]: base64(PEM) };
      const text = kubeconfig("dev", field === "certificate-authority" ? { cluster: pair } : { user: pair });
      const error = await failureOf(resolve(text, {}, { "/kube/f": PEM }));
      expect(error.code).toBe("KUBECONFIG_INVALID");
      expect(error.message).toContain(`both ${field} and ${field}-data`);
    },
  );

  test("a missing file is named", async () => {
    const error = await failureOf(resolve(kubeconfig("dev", { cluster: { "certificate-authority": "ca" } })));
    expect(error).toMatchObject({ code: "CREDENTIAL_INVALID" });
    expect(error.message).toContain("/kube/ca: no such file");
  });

  test("--insecure-skip-tls-verify drops the entry's authority", async () => {
    const text = kubeconfig("dev", { cluster: { "certificate-authority-data": base64(PEM) } });
    expect((await resolve(text, { insecureSkipTlsVerify: true })).tls).toEqual({ insecureSkipVerify: true });
  });

  test("--certificate-authority overrides the entry's authority and its insecure switch", async () => {
    const text = kubeconfig("dev", { cluster: { "insecure-skip-tls-verify": true } });
    const connection = await resolve(text, { certificateAuthority: "my.crt" }, { "/work/my.crt": PEM });
    expect(connection.tls).toEqual({ ca: PEM, caFile: "/work/my.crt", insecureSkipVerify: false });
  });
});

describe("credentials", () => {
  const certificate = { "client-certificate-data": base64(PEM), "client-key-data": base64(KEY) };

  test("tokenFile overrides token", async () => {
    const { credential } = await resolve(kubeconfig("dev", { user: { token: "t", tokenFile: "/t" } }));
    expect(credential).toEqual({ type: "tokenFile", path: "/t" });
  });

  test("a certificate alone, and beside a token", async () => {
    const pair = { certificate: PEM, key: KEY };
    expect((await resolve(kubeconfig("dev", { user: certificate }))).credential).toEqual({
      type: "none",
      certificate: pair,
    });
    const both = await resolve(kubeconfig("dev", { user: { ...certificate, token: "t" } }));
    expect(both.credential).toEqual({ type: "token", token: "t", certificate: pair });
  });

  test("a certificate without its key is an error", async () => {
    const error = await failureOf(resolve(kubeconfig("dev", { user: { "client-certificate-data": base64(PEM) } })));
    expect(error.message).toContain("client-key");
  });

  test("basic", async () => {
    const { credential } = await resolve(kubeconfig("dev", { user: { username: "u", password: "p" } }));
    expect(credential).toEqual({ type: "basic", username: "u", password: "p" });
  });

  test("token and basic together are an error", async () => {
    const error = await failureOf(resolve(kubeconfig("dev", { user: { username: "u", password: "p", token: "t" } })));
    expect(error.code).toBe("KUBECONFIG_INVALID");
  });

  test("--token replaces whatever the user has", async () => {
    const { credential } = await resolve(kubeconfig("dev", { user: { tokenFile: "/t" } }), { token: "flag" });
    expect(credential).toEqual({ type: "token", token: "flag", fromFlags: true });
  });

  test("auth-provider is refused with the way out", async () => {
    const error = await failureOf(resolve(kubeconfig("dev", { user: { "auth-provider": { name: "gcp" } } })));
    expect(error.code).toBe("CREDENTIAL_UNSUPPORTED");
    expect(error.message).toContain("no longer supported, use exec");
    expect(error.hint).toContain("gke-gcloud-auth-plugin");
  });

  const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "./bin/login", interactiveMode: "Never" };

  test("an exec command with a separator resolves against its file, a bare one does not", async () => {
    const relative = await resolve(kubeconfig("dev", { user: { exec } }));
    expect(relative.credential).toMatchObject({ type: "exec", exec: { command: "/kube/bin/login" } });
    const bare = await resolve(kubeconfig("dev", { user: { exec: { ...exec, command: "login" } } }));
    expect(bare.credential).toMatchObject({ exec: { command: "login" } });
  });

  test("exec is not run where another credential is configured", async () => {
    expect((await resolve(kubeconfig("dev", { user: { exec, token: "t" } }))).credential.type).toBe("token");
    expect((await resolve(kubeconfig("dev", { user: { exec, ...certificate } }))).credential.type).toBe("none");
  });

  test("interactiveMode is required in v1 and IfAvailable by default in v1beta1", async () => {
    const { interactiveMode: _mode, ...without } = exec;
    expect((await failureOf(resolve(kubeconfig("dev", { user: { exec: without } })))).message).toContain(
      "interactiveMode",
    );
    const beta = { ...without, apiVersion: "client.authentication.k8s.io/v1beta1" };
    const { credential } = await resolve(kubeconfig("dev", { user: { exec: beta } }));
    expect(credential).toMatchObject({ exec: { interactiveMode: "IfAvailable" } });
  });

  test("other exec versions are refused", async () => {
    const old = { ...exec, apiVersion: "client.authentication.k8s.io/v1alpha1" };
    expect((await failureOf(resolve(kubeconfig("dev", { user: { exec: old } })))).code).toBe("CREDENTIAL_INVALID");
  });

  test("the cluster's extension is kept for the plugin", async () => {
    const extensions = [{ name: "client.authentication.k8s.io/exec", extension: { audience: "x" } }];
    const { credential } = await resolve(kubeconfig("dev", { user: { exec }, cluster: { extensions } }));
    expect(credential).toMatchObject({ exec: { clusterConfig: { audience: "x" } } });
  });

  test("no error ever repeats a credential", async () => {
    const user = { token: "s3cret", username: "u", password: "s3cret", "client-key-data": "s3cret!" };
    const error = await failureOf(resolve(kubeconfig("dev", { user })));
    expect(`${error.message} ${error.hint}`).not.toContain("s3cret");
  });
});

describe("impersonation", () => {
  test("comes from the user's entry and is overridden by flags", async () => {
    const user = { as: "bob", "as-uid": "1", "as-groups": ["g"], "as-user-extra": { k: ["v"] } };
    expect((await resolve(kubeconfig("dev", { user }))).impersonate).toEqual({
      user: "bob",
      uid: "1",
      groups: ["g"],
      extra: { k: ["v"] },
    });
    const flags = { as: "eve", asGroups: ["a", "b"], asUserExtra: ["x=1", "x=2=3"] };
    expect((await resolve(kubeconfig("dev", { user }), flags)).impersonate).toEqual({
      user: "eve",
      uid: "1",
      groups: ["a", "b"],
      extra: { x: ["1", "2=3"] },
    });
  });

  test("of groups without a user is an error", async () => {
    expect((await failureOf(resolve(kubeconfig("dev"), { asGroups: ["g"] }))).code).toBe("USAGE");
  });
});

describe("in a pod", () => {
  const directory = "/var/run/secrets/kubernetes.io/serviceaccount";
  const env = { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" };
  const files = { [`${directory}/token`]: "t\n", [`${directory}/ca.crt`]: PEM, [`${directory}/namespace`]: "jobs\n" };

  test("the ServiceAccount's files make the connection", async () => {
    expect(await resolveConnection(outside(files, { env }))).toEqual({
      context: "in-cluster",
      cluster: "in-cluster",
      user: "service-account",
      namespace: "jobs",
      server: "https://10.0.0.1:443".replace(":443", ""),
      tls: { ca: PEM, caFile: `${directory}/ca.crt`, insecureSkipVerify: false },
      credential: { type: "tokenFile", path: `${directory}/token` },
      disableCompression: false,
      files: [],
    });
  });

  test("IPv6 hosts are bracketed, and POD_NAMESPACE comes before the file", async () => {
    const six = { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "6443", POD_NAMESPACE: "mine" };
    const connection = await resolveConnection(outside(files, { env: six }));
    expect(connection).toMatchObject({ server: "https://[fd00::1]:6443", namespace: "mine" });
  });

  test("a kubeconfig that gives a cluster comes first", async () => {
    const connection = await resolveConnection(
      outside({ ...files, "/kube/config": kubeconfig("dev") }, { env: { ...env, KUBECONFIG: "/kube/config" } }),
    );
    expect(connection.context).toBe("dev");
  });

  test("without the token file there is no cluster", async () => {
    const { [`${directory}/token`]: _token, ...others } = files;
    expect((await failureOf(resolveConnection(outside(others, { env })))).code).toBe("NO_CLUSTER");
  });

  test("flags override it as they do a kubeconfig", async () => {
    const connection = await resolveConnection(outside(files, { env, flags: { namespace: "x", token: "y" } }));
    expect(connection).toMatchObject({ namespace: "x", credential: { type: "token", token: "y" } });
  });
});

describe("--request-timeout", () => {
  test.each([
    ["30", 30_000],
    ["1m30s", 90_000],
    ["250ms", 250],
    ["0", undefined],
  ])("%s is %s ms", async (requestTimeout, ms) => {
    expect((await resolve(kubeconfig("dev"), { requestTimeout })).requestTimeoutMs).toBe(ms);
  });

  test("refuses what is no duration", async () => {
    expect((await failureOf(resolve(kubeconfig("dev"), { requestTimeout: "soon" }))).code).toBe("USAGE");
  });
});
