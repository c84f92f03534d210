import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { flattenKubeconfig } from "../../src/config/flatten-kubeconfig.ts";
import { parseKubeconfig } from "../../src/config/kubeconfig.ts";
import { mergeKubeconfigs } from "../../src/config/load-kubeconfig.ts";
import { viewKubeconfig } from "../../src/config/view-kubeconfig.ts";
import { writeKubeconfig } from "../../src/config/write-kubeconfig.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kubescript-config-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const modeOf = async (file: string): Promise<number> => (await stat(file)).mode & 0o777;

test("a new file is for its owner alone, in folders that are made for it", async () => {
  const file = path.join(folder, "new", "config");
  await writeKubeconfig({ path: file, text: "a" });
  expect([await readFile(file, "utf8"), await modeOf(file)]).toEqual(["a", 0o600]);
  expect(await readdir(path.dirname(file))).toEqual(["config"]);
});

test("a file keeps its mode, and a link leads to the same file as before", async () => {
  const [file, link] = [path.join(folder, "real"), path.join(folder, "link")];
  await writeFile(file, "a");
  await chmod(file, 0o640);
  await symlink("real", link);
  await writeKubeconfig({ path: link, text: "b" });
  expect([await readFile(file, "utf8"), await modeOf(file)]).toEqual(["b", 0o640]);
  expect((await lstat(link)).isSymbolicLink()).toBe(true);
  await writeKubeconfig({ path: link, text: "secret" }, true);
  expect([await readFile(file, "utf8"), await modeOf(file)]).toEqual(["secret", 0o600]);
});

test("what cannot be put in its place leaves nothing beside it", async () => {
  const taken = path.join(folder, "taken");
  await writeKubeconfig({ path: path.join(taken, "inner", "file"), text: "a" });
  await expect(writeKubeconfig({ path: path.join(taken, "inner"), text: "b" })).rejects.toThrow();
  expect(await readdir(taken)).toEqual(["inner"]);
});

test("a flat kubeconfig holds what its files hold, and says which cannot be read", async () => {
  const text = `
clusters: [{name: c, cluster: {server: "https://h", certificate-authority: ca.crt}}]
users: [{name: u, user: {client-certificate: /abs/u.crt, client-key-data: S0VZ, tokenFile: token}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
`;
  const kubeconfig = mergeKubeconfigs([parseKubeconfig(text, "/home/.kube/config")]);
  const read: string[] = [];
  const flat = await flattenKubeconfig(kubeconfig, async (file) => {
    read.push(file);
    return Buffer.from(path.basename(file));
  });
  expect(read.sort()).toEqual(["/abs/u.crt", "/home/.kube/ca.crt"]);
  expect(viewKubeconfig(flat, { raw: true })).toMatchObject({
    clusters: [{ cluster: { server: "https://h", "certificate-authority-data": "Y2EuY3J0" } }],
    users: [{ user: { "client-certificate-data": "dS5jcnQ=", "client-key-data": "S0VZ", tokenFile: "token" } }],
  });
  expect(JSON.stringify(viewKubeconfig(flat))).not.toContain("dS5jcnQ=");
  const missing = flattenKubeconfig(kubeconfig, () => Promise.reject(new Error("ENOENT")));
  await expect(missing).rejects.toThrow(
    "Cannot flatten /home/.kube/config: its certificate-authority, /home/.kube/ca.crt, cannot be read",
  );
});

test("for one context only what it needs is made flat", async () => {
  const text = `
clusters: [{name: c, cluster: {certificate-authority: c.crt}}, {name: gone, cluster: {certificate-authority: gone.crt}}]
users: [{name: u, user: {client-key: u.key}}, {name: gone, user: {client-key: gone.key}}]
contexts: [{name: x, context: {cluster: c, user: u}}, {name: gone, context: {cluster: gone, user: gone}}]
`;
  const kubeconfig = mergeKubeconfigs([parseKubeconfig(text, "/home/config")]);
  const read: string[] = [];
  const flat = await flattenKubeconfig(
    kubeconfig,
    async (file) => {
      read.push(file);
      return Buffer.from("x");
    },
    "x",
  );
  expect(read.sort()).toEqual(["/home/c.crt", "/home/u.key"]);
  expect(viewKubeconfig(flat, { raw: true, minify: "x" })).toMatchObject({
    clusters: [{ name: "c", cluster: { "certificate-authority-data": "eA==" } }],
    users: [{ name: "u", user: { "client-key-data": "eA==" } }],
  });
});
