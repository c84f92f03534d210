#!/usr/bin/env bash
# tarball.sh ROOT DIR: packs the checkout, installs the tarball into an empty folder, and uses it there.
set -eu
root=$1 dir=$2
mkdir -p "$dir/app"
(cd "$root" && npm pack --pack-destination "$dir" >/dev/null)
cd "$dir/app"
printf '{ "name": "app", "private": true, "type": "module" }\n' >package.json
npm install "$dir"/kubescript-*.tgz typescript@7 tsx@4 @types/node@20
export HOME="$dir"
npx kubescript --version
npx kubescript eval --sandbox 'k8s.nodes.list()' -o json >nodes.json
node -e 'if (JSON.parse(require("fs").readFileSync("nodes.json")).kind !== "NodeList") process.exit(1)'
cat >embed.ts <<'TS'
import { startSandbox } from "kubescript/sandbox";
const sandbox = await startSandbox();
if (!sandbox.url.startsWith("https://127.0.0.1:")) throw new Error(sandbox.url);
await sandbox.close();
TS
cat >recipe.ts <<'TS'
import { recipe } from "kubescript";
export default recipe({
  description: "Count pods",
  args: { namespace: { type: "string", optional: true } },
  async run({ k8s, args }) {
    const scope = args.namespace === undefined ? k8s.everywhere : k8s.in(args.namespace);
    return { pods: (await scope.pods.list()).length };
  },
});
TS
cat >recipe.test.ts <<'TS'
import "kubescript/globals";
import { openCluster, startSandbox, tryRecipe } from "kubescript/testing";
import count from "./recipe.ts";
const sandbox = await startSandbox({ nodes: [] });
const k8s = await openCluster({ kubeconfig: sandbox.kubeconfig });
const { result } = await tryRecipe(count, { k8s, words: ["--namespace", "default"] });
if (result.pods !== 0) throw new Error(`${result.pods} pods`);
const server: string = globalThis.k8s === undefined ? k8s.server : globalThis.k8s.server;
if (server !== sandbox.url) throw new Error(server);
await k8s.close();
await sandbox.close();
TS
# What a library of one's own exports of ours needs names that the package exports.
cat >verbs.ts <<'TS'
import { all, openCluster, type Pod, ready } from "kubescript";
const k8s = await openCluster();
export const isReady = all<Pod>(ready, (pod) => pod?.status?.phase === "Running");
export const { conditions, access, top, make, discovery } = k8s;
export const { rollout, set } = k8s.deployments;
export const list = () => k8s.pods.list();
export const live = () => k8s.pods.exec("p", ["sh"], { live: true });
export const joined = () => k8s.run("p", { image: "busybox", terminal: true });
export const followed = () => [k8s.pods.logs("p"), k8s.events.follow(), k8s.deployments.rollout.status("web")];
export const cordoned = () => k8s.nodes.cordon("n");
export const applied = () => k8s.apply("web.yaml");
export const forwarded = () => k8s.services.portForward("web", ":80");
TS
npx tsc --declaration --emitDeclarationOnly --outDir types --strict --module nodenext --target es2023 --types node --skipLibCheck --allowImportingTsExtensions embed.ts recipe.ts recipe.test.ts verbs.ts
node_modules/.bin/tsx embed.ts
node_modules/.bin/tsx recipe.test.ts
npx kubescript run --sandbox recipe.ts -o json | grep -q '"pods"'
grep -q "^undici 7" node_modules/kubescript/dist/THIRD-PARTY-LICENSES.txt
