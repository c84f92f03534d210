/** Serves a sandbox with so many pods and ConfigMaps until standard input ends: KUBECONFIG PODS CONFIGMAPS [--controllers] */
import { writeFileSync } from "node:fs";
import { startSandbox } from "../../../src/sandbox/index.ts";
import { pod } from "./pod.ts";

const [, , file = "", pods = "0", configMaps = "0", ...flags] = process.argv;
const controllers = flags.includes("--controllers");
const sandbox = await startSandbox({ controllers });
const manager = { manager: "benchmark" };
if (!controllers) sandbox.registry.create("serviceaccounts", "default", { metadata: { name: "default" } }, manager);
for (let index = 0; index < Number(pods); index += 1) sandbox.registry.create("pods", "default", pod(index), manager);
for (let index = 0; index < Number(configMaps); index += 1) {
  const metadata = { name: `entry-${index}`, labels: { app: "web" } };
  sandbox.registry.create("configmaps", "default", { metadata, data: { key: `value ${index}` } }, manager);
}
writeFileSync(file, sandbox.kubeconfig, { mode: 0o600 });
process.stdout.write("ready\n");
process.stdin.on("end", () => {
  void sandbox.close().then(() => process.exit(0));
});
process.stdin.resume();
