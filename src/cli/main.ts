#!/usr/bin/env node
/** The entry: answers what needs no code at once, and loads the rest. */
const argv = process.argv.slice(2);

if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  const { readFileSync } = await import("node:fs");
  const file = new URL("../../package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
  process.stdout.write(`${version}\n`);
} else {
  const { main } = await import("./dispatch.ts");
  await main(argv);
}

export {};
