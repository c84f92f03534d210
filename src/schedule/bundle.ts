import { createHash } from "node:crypto";
import path from "node:path";
import { gzipSync } from "node:zlib";
import type { BuildFailure, Message, Plugin } from "esbuild";
import { UsageError } from "../errors.ts";
import { undiciPool } from "./undici-pool.ts";

/** A script and the runtime in one file. */
export interface Bundle {
  /** ECMAScript module that plain `node` runs: no packages, no files beside it. */
  readonly code: string;
  /** The code compressed by gzip, as ConfigMaps carry it. */
  readonly packed: Uint8Array;
  /** Hex SHA-256 of the code: the same sources give the same bundle. */
  readonly sha256: string;
}

/** More than the runtime and any script of one's own come to: beyond, something large was imported unawares. */
const MAX_BUNDLE_BYTES: number = 1_048_576 - 16_384;

/** What stands where the package's own modules are, in a checkout or installed. */
export interface PackageModules {
  /** File that `import … from "kubescript"` means. */
  readonly index: string;
  /** File that exports `runJob`. */
  readonly job: string;
}

/**
 * Bundles the script at `file` with the runtime for a scheduled job. What the script imports is taken along, packages
 * as well; files that it reads while it runs are not.
 * @throws {UsageError} SYNTAX with file, line and caret; INVALID_INPUT when an import is missing or it grows too large
 */
export async function bundleScript(file: string, modules: PackageModules): Promise<Bundle> {
  const { build } = await import("esbuild");
  const entry = `import { runJob } from "kubescript:job";
await runJob(${JSON.stringify(path.basename(file))}, () => import(${JSON.stringify(`./${path.basename(file)}`)}));
`;
  const result = await build({
    stdin: { contents: entry, resolveDir: path.dirname(path.resolve(file)), sourcefile: "job-entry.js" },
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node20.18",
    // names stay: a stack in a pod's log is read by people
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    logLevel: "silent",
    lineLimit: 160,
    // packages written as CommonJS call require for node's own modules; the built package brings a banner of its own
    banner: {
      js: 'import{createRequire as __jobCreateRequire}from"node:module";const require=__jobCreateRequire(import.meta.url);',
    },
    plugins: [undiciPool, packageModules(modules)],
  }).catch((failure: BuildFailure) => {
    throw bundleError(file, failure);
  });
  const code = result.outputFiles[0]?.text ?? "";
  const packed = gzipSync(code, { level: 9 });
  if (packed.byteLength > MAX_BUNDLE_BYTES) {
    throw new UsageError(
      "INVALID_INPUT",
      `Cannot schedule ${file}: its bundle has ${packed.byteLength} compressed bytes, and a schedule carries ${MAX_BUNDLE_BYTES}`,
      { hint: "Import less: a package's sub-path instead of the whole, or `k8s.http` instead of another client." },
    );
  }
  return { code, packed, sha256: createHash("sha256").update(code).digest("hex") };
}

function packageModules(modules: PackageModules): Plugin {
  return {
    name: "kubescript",
    setup(build) {
      build.onResolve({ filter: /^kubescript(:job|\/globals)?$/ }, ({ path: name }) =>
        name === "kubescript/globals"
          ? { path: name, namespace: "empty" }
          : { path: name === "kubescript" ? modules.index : modules.job },
      );
      // the globals' module only declares types; the job installs the globals themselves
      build.onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "export {};", loader: "js" }));
    },
  };
}

function bundleError(file: string, failure: BuildFailure): UsageError {
  const [first] = failure.errors ?? [];
  if (first === undefined) return new UsageError("INVALID_INPUT", `Cannot bundle ${file}`, { cause: failure });
  const missing = /^Could not resolve "([^"]+)"/.exec(first.text)?.[1];
  return new UsageError(
    missing === undefined ? "SYNTAX" : "INVALID_INPUT",
    `Cannot bundle ${file}: ${first.text}${where(first)}`,
    {
      cause: failure,
      hint:
        missing?.startsWith(".") === false
          ? `Install the package beside the script: npm install ${missing}`
          : undefined,
    },
  );
}

/** File, line and column, the line itself, and a caret below it. */
function where({ location }: Message): string {
  if (location === null) return "";
  const caret = `${" ".repeat(location.column)}^`;
  return `\n  at ${location.file}:${location.line}:${location.column + 1}\n  ${location.lineText}\n  ${caret}`;
}
