/** Starts a sandbox, asks it one question over TLS, and ends: [--controllers] */
import { get } from "node:https";
import { startSandbox } from "../../../src/sandbox/index.ts";

const sandbox = await startSandbox({ controllers: process.argv.includes("--controllers") });
get(`${sandbox.url}/version`, { ca: sandbox.certificateAuthority }, (answer) => {
  answer.resume().on("end", () => process.exit(answer.statusCode === 200 ? 0 : 1));
});
