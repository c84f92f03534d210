import { readFileSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseEnv } from "../../src/operations/make/files.ts";
import { make } from "../../src/operations/make/make.ts";
import { createCertificateAuthority } from "../../src/sandbox/listener/certificate.ts";
import { CASES } from "./make-cases.ts";

const kubectl = JSON.parse(readFileSync(new URL("./kubectl-create.json", import.meta.url), "utf8")) as Record<
  string,
  unknown
>;

/** Without the status, and the fields that Go writes though they are empty. */
function plain(value: unknown, depth = 0): unknown {
  if (Array.isArray(value)) return value.map((one) => plain(one, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value)
    .filter(([key, one]) => one !== null && !(depth === 0 && key === "status"))
    .map(([key, one]) => [key, plain(one, depth + 1)] as const)
    .filter(([, one]) => typeof one !== "object" || one === null || Object.keys(one).length > 0);
  return Object.fromEntries(kept);
}

test.each(Object.entries(CASES))("kubectl create %s", (line, made) => {
  expect(plain(made())).toEqual(plain(kubectl[line]));
});

test("the table of comparisons has an answer of kubectl for each line", () => {
  expect(Object.keys(kubectl)).toEqual(Object.keys(CASES));
});

const refusals: readonly (readonly [string, () => unknown])[] = [
  ['Cannot make Deployment "web": it has no image', () => make.deployment("web", {} as never)],
  ['Cannot make Deployment "web": there is no option "images"', () => make.deployment("web", { images: "x" } as never)],
  ['Cannot make Deployment "": its name is no text', () => make.deployment("", { image: "x" })],
  ['Cannot make Deployment "web": replicas is -1', () => make.deployment("web", { image: "x", replicas: -1 })],
  ['Cannot make Deployment "web": port is 70000', () => make.deployment("web", { image: "x", port: 70_000 })],
  ["a command is given for several images", () => make.deployment("web", { image: ["a", "b"], command: ["x"] })],
  ["it has no port", () => make.service("web")],
  ['tcp is "http"', () => make.service("web", { tcp: "http:80" })],
  ['tcp is "abcdefghijklmnop"', () => make.service("web", { tcp: "80:abcdefghijklmnop" })],
  ['externalName is "a..b"', () => make.service("web", { type: "ExternalName", externalName: "a..b" })],
  [
    "nodePort is not for this service",
    () => make.service("web", { type: "NodePort", tcp: [80, 81], nodePort: 30_080 }),
  ],
  ['schedule is "bad"', () => make.cronJob("c", { image: "x", schedule: "bad" })],
  [
    "from and image are given together",
    () => make.job("j", { image: "x", from: make.cronJob("c", { image: "x", schedule: "@daily" }) } as never),
  ],
  ['"a/b" is no key', () => make.configMap("cm", { data: { "a/b": "1" } })],
  ['the key "a" is given twice', () => make.configMap("cm", { data: [{ a: "1" }, { a: "2" }] })],
  ["its data has 1048577 bytes", () => make.secret("s", { data: { a: "x".repeat(1_048_577) } })],
  ["it has no password", () => make.dockerRegistrySecret("r", { username: "u" } as never)],
  [
    "config and server are given together",
    () => make.dockerRegistrySecret("r", { config: "{}", server: "x" } as never),
  ],
  ["config is no JSON", () => make.dockerRegistrySecret("r", { config: "pass: word" })],
  ['the rule "foo=svc:80" cannot be read', () => make.ingress("i", { rules: "foo=svc:80" })],
  ["it has neither rules nor a defaultBackend", () => make.ingress("i", { class: "nginx" })],
  ['no built-in resource is called "pood"', () => make.role("r", { verbs: "get", resources: "pood" })],
  ['the path /logs/ has no "watch"', () => make.clusterRole("r", { verbs: "get,watch", nonResourceURLs: "/logs/" })],
  ['"logs" is no path', () => make.clusterRole("r", { verbs: "get", nonResourceURLs: "logs" })],
  ["it names no role", () => make.roleBinding("b", { users: "jane" } as never)],
  ['the service account "sa" cannot be read', () => make.roleBinding("b", { role: "r", serviceAccounts: "sa" })],
  ["it has neither minAvailable nor maxUnavailable", () => make.pdb("p", { selector: "app=web" } as never)],
  ['minAvailable is "x"', () => make.pdb("p", { selector: "app=web", minAvailable: "x" })],
  ['the amount of cpu is "1x"', () => make.quota("q", { hard: "cpu=1x" })],
  ["value is 2000000000", () => make.priorityClass("p", { value: 2_000_000_000 })],
];

test.each(refusals)("wrong input is refused: %s", (message, made) => {
  expect(made).toThrow(expect.objectContaining({ code: "INVALID_INPUT", message: expect.stringContaining(message) }));
});

test("names of custom resources are taken with their group, those of built-in ones in any form", () => {
  const { rules } = make.role("r", {
    verbs: "get",
    resources: "widgets.example.com/status,gadgets.v1.example.com,Deployment",
  });
  expect(rules).toEqual([
    { verbs: ["get"], apiGroups: ["apps"], resources: ["deployments"] },
    { verbs: ["get"], apiGroups: ["example.com"], resources: ["widgets/status", "gadgets"] },
  ]);
});

test("two images of one name make containers of two names, and all have the environment", () => {
  const { spec } = make.deployment("web", { image: ["nginx", "library/nginx:2"], env: { LEVEL: "1" } });
  const env = [{ name: "LEVEL", value: "1" }];
  expect(spec?.template.spec?.containers).toEqual([
    { name: "nginx", image: "nginx", env },
    { name: "nginx-2", image: "library/nginx:2", env },
  ]);
});

test("a Job of a CronJob is its template, annotated and owned; without a stored CronJob nobody owns it", () => {
  const from = make.cronJob("backup", { image: "busybox", schedule: "@daily", namespace: "ops" });
  expect(make.job("now", { from }).metadata).toEqual({
    name: "now",
    namespace: "ops",
    annotations: { "cronjob.kubernetes.io/instantiate": "manual" },
  });
  const stored = { ...from, metadata: { ...from.metadata, uid: "u1" } };
  const { metadata, spec } = make.job("now", { from: stored });
  expect(metadata?.ownerReferences).toEqual([
    { apiVersion: "batch/v1", kind: "CronJob", name: "backup", uid: "u1", controller: true },
  ]);
  expect(spec).toEqual(from.spec.jobTemplate.spec);
});

describe("files", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "kubescript-make-"));
    await writeFile(path.join(folder, "a.txt"), "hello");
    await writeFile(path.join(folder, "b.bin"), Uint8Array.of(255, 254));
    await symlink(path.join(folder, "a.txt"), path.join(folder, "link"));
  });

  afterAll(() => rm(folder, { recursive: true }));

  test("of a folder go by their names, bytes that are no text into binaryData, links are left out", async () => {
    const { data, binaryData } = make.configMap("cm", { data: await make.files(folder) });
    expect(data).toEqual({ "a.txt": "hello" });
    expect(binaryData).toEqual({ "b.bin": "//4=" });
  });

  test("go by another key on request, of which there is one each", async () => {
    const file = path.join(folder, "a.txt");
    expect(Object.keys(await make.files([`k=${file}`, file]))).toEqual(["k", "a.txt"]);
    await expect(make.files([file, file])).rejects.toThrow('another file has the key "a.txt" already');
    await expect(make.files(`k=${folder}`)).rejects.toThrow("it is a folder");
    await expect(make.files("/nowhere/x")).rejects.toThrow("Cannot read /nowhere/x: there is no such file");
  });

  test("of variables keep what is behind the first =, and take a bare name from the environment", async () => {
    expect(parseEnv("\uFEFFA=1\r\n# no\n\n  B=x=y \nHOME\nNONE", { HOME: "/root" })).toEqual([
      { key: "A", value: "1", line: 1 },
      { key: "B", value: "x=y ", line: 4 },
      { key: "HOME", value: "/root", line: 5 },
      { key: "NONE", value: "", line: 6 },
    ]);
    const file = path.join(folder, "wrong.env");
    await writeFile(file, "A=1\nA=2\n");
    await expect(make.envFile(file)).rejects.toThrow('line 2: "A" is there already');
    await writeFile(file, "=1\n");
    await expect(make.envFile(file)).rejects.toMatchObject({ code: "SYNTAX" });
  });
});

test("a certificate and a key must belong together, and an error shows neither", () => {
  const [authority, other] = [pair(), pair()];
  const made = make.tlsSecret("t", authority);
  expect(made).toMatchObject({
    type: "kubernetes.io/tls",
    data: { "tls.crt": Buffer.from(authority.cert).toString("base64") },
  });
  expect(() => make.tlsSecret("t", { cert: authority.cert, key: other.key })).toThrow(
    "the key is not that of the certificate",
  );
  expect(() => make.tlsSecret("t", { cert: "x", key: authority.key })).toThrow("cert is no certificate in PEM");
  const broken = authority.key.replace("PRIVATE", "PUBLIC");
  expect(() => make.tlsSecret("t", { cert: authority.cert, key: broken })).toThrow(
    expect.not.objectContaining({ cause: expect.anything() }),
  );
});

function pair(): { cert: string; key: string } {
  const { certificate, key } = createCertificateAuthority().issueServer("web", ["web.example.com"]);
  return { cert: certificate, key };
}
