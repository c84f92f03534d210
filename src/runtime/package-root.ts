import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Where the running copy of this package lies, and whether it runs from its sources. */
export interface PackageRoot {
  /** URL of the folder that holds package.json, with a trailing slash. */
  readonly url: URL;
  readonly version: string;
  readonly fromSource: boolean;
}

/** Finds the package that holds a module: the nearest package.json above it. */
export function packageRoot(module: string = import.meta.url): PackageRoot {
  for (let folder = new URL("./", module); ; folder = new URL("../", folder)) {
    const file = fileURLToPath(new URL("package.json", folder));
    if (existsSync(file)) {
      const { version } = JSON.parse(readFileSync(file, "utf8")) as { version?: string };
      return { url: folder, version: version ?? "0.0.0", fromSource: module.endsWith(".ts") };
    }
    if (folder.pathname === "/") throw new Error(`Cannot find package.json above ${module}`);
  }
}

const subPaths = ["", "globals", "sandbox", "testing"] as const;

/** Every name that this package is imported by, with the URL of the running copy's module. */
export function ownModules(root: PackageRoot): Record<string, string> {
  const { url, fromSource } = root;
  const entries = subPaths.map((subPath) => {
    const file = subPath === "sandbox" ? "sandbox/index" : subPath === "" ? "index" : subPath;
    const target = new URL(fromSource ? `src/${file}.ts` : `dist/${file}.js`, url);
    return [subPath === "" ? "kubescript" : `kubescript/${subPath}`, target.href];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}
