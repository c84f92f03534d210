import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Connection, Credential, ExecConfig } from "../../src/config/connection.ts";
import { createCredentialSource } from "../../src/config/create-credential-source.ts";
import { ExecPlugins } from "../../src/config/exec-plugin.ts";
import type { RunProcess } from "../../src/config/run-exec-plugin.ts";
import { showCredential } from "../../src/config/show-credential.ts";
import { failureOf, KEY, PEM } from "./support/outside.ts";

function connection(credential: Credential, overrides: Partial<Connection> = {}): Connection {
  return {
    context: "dev",
    cluster: "dev",
    user: "ann",
    namespace: "default",
    server: "https://h",
    tls: { insecureSkipVerify: false },
    credential,
    disableCompression: false,
    files: [],
    ...overrides,
  };
}

/** A clock and files that a test moves. */
function world(files: Record<string, string> = {}) {
  const state = { time: 1_000_000, files, reads: 0 };
  return {
    state,
    options: {
      now: () => state.time,
      readFile: async (file: string) => {
        state.reads += 1;
        const text = state.files[file];
        if (text === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
        return text;
      },
    },
  };
}

describe("fixed credentials", () => {
  test("become one Authorization header", async () => {
    const token = createCredentialSource(connection({ type: "token", token: "t" }));
    expect((await token.current()).authorization).toBe("Bearer t");
    const basic = createCredentialSource(connection({ type: "basic", username: "u", password: "p:q" }));
    expect((await basic.current()).authorization).toBe(`Basic ${btoa("u:p:q")}`);
    const none = createCredentialSource(connection({ type: "none" }));
    expect((await none.current()).authorization).toBeUndefined();
  });

  test("are not worth a second try", () => {
    const source = createCredentialSource(connection({ type: "token", token: "t" }));
    expect(source.invalidate(Number.POSITIVE_INFINITY)).toBe(false);
  });
});

describe("a token file", () => {
  test("is trimmed, and read again after 50 s", async () => {
    const { state, options } = world({ "/t": " one\n" });
    const source = createCredentialSource(connection({ type: "tokenFile", path: "/t" }), options);
    expect((await source.current()).authorization).toBe("Bearer one");
    state.files["/t"] = "two";
    state.time += 49_999;
    expect((await source.current()).authorization).toBe("Bearer one");
    state.time += 1;
    expect((await source.current()).authorization).toBe("Bearer two");
    expect(state.reads).toBe(2);
  });

  test("that cannot be read any more leaves the old token", async () => {
    const { state, options } = world({ "/t": "one" });
    const source = createCredentialSource(connection({ type: "tokenFile", path: "/t" }), options);
    await source.current();
    state.files = {};
    state.time += 60_000;
    expect((await source.current()).authorization).toBe("Bearer one");
  });

  test("that was never read is an error naming it", async () => {
    const { options } = world();
    const source = createCredentialSource(connection({ type: "tokenFile", path: "/t" }), options);
    const error = await failureOf(source.current());
    expect(error.code).toBe("CREDENTIAL_INVALID");
    expect(error.message).toContain("/t");
  });

  test("drops a token older than the refused request, and no newer one", async () => {
    const { state, options } = world({ "/t": "one" });
    const source = createCredentialSource(connection({ type: "tokenFile", path: "/t" }), options);
    await source.current();
    expect(source.invalidate(state.time)).toBe(false);
    state.time += 1;
    state.files["/t"] = "two";
    expect(source.invalidate(state.time)).toBe(true);
    expect((await source.current()).authorization).toBe("Bearer two");
  });
});

describe("certificate files", () => {
  const pair = { certificate: PEM, key: KEY, certificateFile: "/c", keyFile: "/k" };

  test("are looked at every 5 minutes", async () => {
    const { state, options } = world({ "/c": PEM, "/k": KEY });
    const source = createCredentialSource(connection({ type: "none", certificate: pair }), options);
    state.files["/c"] = `${PEM}new`;
    state.time += 299_999;
    expect((await source.current()).certificate?.certificate).toBe(PEM);
    state.time += 1;
    expect((await source.current()).certificate?.certificate).toBe(`${PEM}new`);
  });

  test("stay the same object while they are the same, and outlive a read that fails", async () => {
    const { state, options } = world({ "/c": PEM, "/k": KEY });
    const source = createCredentialSource(connection({ type: "none", certificate: pair }), options);
    const first = (await source.current()).certificate;
    state.time += 300_000;
    expect((await source.current()).certificate).toBe(first);
    state.files = {};
    state.time += 300_000;
    expect((await source.current()).certificate).toBe(first);
  });
});

describe("an exec plugin", () => {
  const exec: ExecConfig = {
    apiVersion: "client.authentication.k8s.io/v1",
    command: "login",
    args: [],
    env: [],
    interactiveMode: "Never",
    provideClusterInfo: false,
  };
  const answer = (status: unknown, apiVersion = exec.apiVersion): string =>
    JSON.stringify({ kind: "ExecCredential", apiVersion, status });

  /** Plugins whose process is a function of the run's number. */
  function plugins(respond: (run: number) => string, time: { now: number } = { now: 0 }) {
    const runs: Parameters<RunProcess>[2][] = [];
    const run: RunProcess = async (_command, _args, options) => {
      runs.push(options);
      return { stdout: respond(runs.length), exitCode: 0, exitSignal: null };
    };
    return { runs, plugins: new ExecPlugins({ env: { HOME: "/h" }, stdinAvailable: true, run }, () => time.now) };
  }
  const source = (config: ExecConfig, shared: ExecPlugins, overrides: Partial<Connection> = {}) =>
    createCredentialSource(connection({ type: "exec", exec: config }, overrides), { plugins: shared, now: () => 0 });

  test("runs once for callers that come together, and its answer lasts until it expires", async () => {
    const time = { now: 0 };
    const status = { token: "t", expirationTimestamp: new Date(1000).toISOString() };
    const { runs, plugins: shared } = plugins(() => answer(status), time);
    const one = source(exec, shared);
    await Promise.all([one.current(), one.current(), source(exec, shared).current()]);
    expect(runs).toHaveLength(1);
    time.now = 999;
    await one.current();
    expect(runs).toHaveLength(1);
    time.now = 1000;
    await one.current();
    expect(runs).toHaveLength(2);
  });

  test("without an expiry lasts until it is refused", async () => {
    const time = { now: 0 };
    const { runs, plugins: shared } = plugins((run) => answer({ token: `t${run}` }), time);
    const one = source(exec, shared);
    time.now = 1e12;
    await one.current();
    time.now += 1e9;
    expect((await one.current()).authorization).toBe("Bearer t1");
    expect(one.invalidate(time.now)).toBe(true);
    expect((await one.current()).authorization).toBe("Bearer t2");
    expect(runs).toHaveLength(2);
  });

  test("is cached by its whole configuration and by the cluster", async () => {
    const { runs, plugins: shared } = plugins(() => answer({ token: "t" }));
    await source(exec, shared).current();
    await source({ ...exec, args: ["--other"] }, shared).current();
    await source({ ...exec, env: [{ name: "A", value: "1" }] }, shared).current();
    await source(exec, shared, { server: "https://other" }).current();
    expect(runs).toHaveLength(4);
  });

  test("is told of the cluster only when its configuration says so", async () => {
    const { runs, plugins: shared } = plugins(() => answer({ token: "t" }));
    const cluster = { tls: { ca: PEM, serverName: "sni", insecureSkipVerify: false } };
    await source({ ...exec, env: [{ name: "A", value: "1" }] }, shared, cluster).current();
    await source({ ...exec, provideClusterInfo: true, clusterConfig: { audience: "x" } }, shared, cluster).current();
    const info = (index: number): unknown => JSON.parse(runs[index]?.env.KUBERNETES_EXEC_INFO ?? "");
    expect(runs[0]?.env).toMatchObject({ HOME: "/h", A: "1" });
    expect(info(0)).toEqual({ kind: "ExecCredential", apiVersion: exec.apiVersion, spec: { interactive: false } });
    expect(info(1)).toEqual({
      kind: "ExecCredential",
      apiVersion: exec.apiVersion,
      spec: {
        interactive: false,
        cluster: {
          server: "https://h",
          "tls-server-name": "sni",
          "certificate-authority-data": btoa(PEM),
          config: { audience: "x" },
        },
      },
    });
  });

  test("gets the terminal by its interactiveMode", async () => {
    const { runs, plugins: shared } = plugins(() => answer({ token: "t" }));
    await source({ ...exec, interactiveMode: "IfAvailable" }, shared).current();
    await source(exec, shared).current();
    expect(runs.map((run) => run.stdin)).toEqual(["inherit", "ignore"]);
    const without = new ExecPlugins(
      {
        env: {},
        stdinAvailable: false,
        stdinReason: "the prompt uses standard input",
        run: async () => Promise.reject(),
      },
      () => 0,
    );
    const error = await failureOf(source({ ...exec, interactiveMode: "Always" }, without).current());
    expect(error.code).toBe("CREDENTIAL_PLUGIN");
    expect(error.message).toContain("the prompt uses standard input");
  });

  test("may answer with a certificate and its key", async () => {
    const { plugins: shared } = plugins(() => answer({ clientCertificateData: PEM, clientKeyData: KEY }));
    expect(await source(exec, shared).current()).toEqual({ certificate: { certificate: PEM, key: KEY } });
  });

  test.each([
    ["nothing", "", "answered nothing"],
    ["text", "token: s3cret", "not JSON"],
    ["another version", answer({ token: "s3cret" }, "client.authentication.k8s.io/v1beta1"), "v1beta1"],
    ["no status", JSON.stringify({ kind: "ExecCredential", apiVersion: exec.apiVersion }), "no status"],
    ["an empty status", answer({}), "neither token nor certificate"],
    ["half a pair", answer({ token: "s3cret", clientKeyData: KEY }), "not both"],
    ["an odd time", answer({ token: "s3cret", expirationTimestamp: "soon" }), "no time"],
  ])("that answers %s is an error without the answer", async (_what, stdout, problem) => {
    const { plugins: shared } = plugins(() => stdout);
    const error = await failureOf(source(exec, shared).current());
    expect(error).toMatchObject({ code: "CREDENTIAL_PLUGIN" });
    expect(error.message).toContain(problem);
    expect(error.message).not.toContain("s3cret");
  });

  test("that failed is tried again by the next caller", async () => {
    const { plugins: shared } = plugins((run) => (run === 1 ? "" : answer({ token: "t" })));
    const one = source(exec, shared);
    await failureOf(one.current());
    expect((await one.current()).authorization).toBe("Bearer t");
  });

  test("keeps running for others when one caller is interrupted", async () => {
    let finish: (() => void) | undefined;
    const run: RunProcess = () =>
      new Promise((resolve) => {
        finish = () => resolve({ stdout: answer({ token: "t" }), exitCode: 0, exitSignal: null });
      });
    const shared = new ExecPlugins({ env: {}, stdinAvailable: false, run }, () => 0);
    const abort = new AbortController();
    const impatient = failureOf(source(exec, shared).current({ signal: abort.signal }));
    const patient = source(exec, shared).current();
    abort.abort();
    expect((await impatient).code).toBe("ABORTED");
    finish?.();
    expect((await patient).authorization).toBe("Bearer t");
  });

  describe("as a process", () => {
    let directory: string;
    beforeEach(async () => {
      directory = await mkdtemp(path.join(tmpdir(), "exec-plugin-"));
    });
    afterEach(() => rm(directory, { recursive: true }));
    const real = (config: ExecConfig, env: Record<string, string | undefined> = process.env) =>
      createCredentialSource(connection({ type: "exec", exec: config }), { exec: { env, stdinAvailable: false } });

    test("gets its arguments and environment, and is read to its end", async () => {
      const script = path.join(directory, "plugin.mjs");
      await writeFile(
        script,
        `const { apiVersion } = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
         console.log(JSON.stringify({ kind: "ExecCredential", apiVersion, status: { token: process.argv[2] + process.env.EXTRA } }));`,
      );
      const config = { ...exec, command: process.execPath, args: [script, "a"], env: [{ name: "EXTRA", value: "b" }] };
      expect((await real(config).current()).authorization).toBe("Bearer ab");
    });

    test("that is missing shows how to install it", async () => {
      const config = { ...exec, command: path.join(directory, "gone"), installHint: "Install it from example.com." };
      const error = await failureOf(real(config).current());
      expect(error).toMatchObject({ code: "CREDENTIAL_PLUGIN", hint: "Install it from example.com." });
      expect(error.message).toContain("no such program");
    });

    test("that is not executable says so", async () => {
      const file = path.join(directory, "plain");
      await writeFile(file, "text");
      await chmod(file, 0o644);
      expect((await failureOf(real({ ...exec, command: file }).current())).message).toContain("not executable");
    });

    test("that fails tells its exit code", async () => {
      const config = { ...exec, command: process.execPath, args: ["-e", "process.exit(3)"] };
      expect((await failureOf(real(config).current())).message).toContain("exit code 3");
    });
  });
});

describe("showing a credential for other tools", () => {
  test("prints PEM and the bare token, and names what is missing", async () => {
    const dev = connection({ type: "token", token: "t" }, { tls: { ca: PEM, insecureSkipVerify: false } });
    const credentials = createCredentialSource(dev, { readFile: (file) => readFile(file, "utf8") });
    expect(await showCredential(dev, credentials, "token")).toBe("t");
    expect(await showCredential(dev, credentials, "certificate-authority")).toBe(PEM);
    expect((await failureOf(showCredential(dev, credentials, "client-key"))).message).toContain('user "ann"');
  });
});
