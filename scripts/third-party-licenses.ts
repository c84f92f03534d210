/** The licences of the packages that a bundle holds: they ask to be carried along. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** The folder of the package that an input of a bundle belongs to, relative as it was given; undefined for our own. */
export function packageOf(input: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0];
}

/**
 * One text with the name, version and licence of every package among the inputs.
 * @param inputs files as esbuild's metafile names them, relative to `root`
 * @throws where a package has no licence file: it cannot be passed on then
 */
export function thirdPartyLicenses(inputs: readonly string[], root: string): string {
  const folders = new Set(inputs.map(packageOf).filter((folder) => folder !== undefined));
  const parts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8")) as {
      name: string;
      version: string;
      license?: string;
    };
    const file = readdirSync(path.join(root, folder)).find((one) => /^(licen[cs]e|copying)/i.test(one));
    if (file === undefined) throw new Error(`Cannot bundle ${name} ${version}: it carries no licence`);
    const notice = path.join(root, folder, "NOTICE");
    const texts = [path.join(root, folder, file), ...(existsSync(notice) ? [notice] : [])];
    const text = texts.map((one) => readFileSync(one, "utf8").trim()).join("\n\n");
    return `${name} ${version} (${license ?? "see below"})\n\n${text}\n`;
  });
  return `Packages that are part of these files, with their licences.\n\n${parts.join(`\n${"-".repeat(78)}\n\n`)}`;
}
