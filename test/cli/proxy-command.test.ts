import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { allFlags } from "../../src/cli/command.ts";
import { command, serveProxy } from "../../src/cli/commands/proxy.ts";
import { parseFlags } from "../../src/cli/flags.ts";
import { fakeTerminal } from "../support/terminal.ts";
import { failureOf } from "../transport/support/failure.ts";

const server = http.createServer((request, response) => response.end(`${request.method} ${request.url}`));
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

/** Runs the command until `whileServing` is done with it, which is told the address. */
async function run(
  argv: string[],
  whileServing: (address: string) => Promise<void> = async () => {},
): Promise<{ code: number; stderr: string }> {
  const { terminal, stderr } = fakeTerminal({ HOME: "/nowhere" });
  const ready = new Promise<string>((resolve) => terminal.stdout.once("readable", () => resolve(read())));
  const read = (): string => String((terminal.stdout as unknown as NodeJS.ReadableStream).read());
  const stopped = ready.then((line) => {
    expect(line).toMatch(/^Starting to serve on 127\.0\.0\.1:\d+\n$/);
    return whileServing(`http://${line.trim().split(" ").at(-1)}`);
  });
  const flags = parseFlags(["--server", `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...argv], {
    flags: allFlags(command),
  });
  const code = await serveProxy({ ...flags, terminal }, stopped);
  return { code, stderr: stderr() };
}

test("it says where it serves as kubectl does, takes kubectl's options, and is gone once it is stopped", async () => {
  let address = "";
  const argv = [
    "-p",
    "0",
    "--api-prefix=/k8s",
    "--reject-methods",
    "POST,^PUT$",
    "--keepalive=1m",
    "--append-server-path",
  ];
  const { code, stderr } = await run(argv, async (where) => {
    address = where;
    expect(await (await fetch(`${where}/k8s/version?a`)).text()).toBe("GET /version?a");
    expect((await fetch(`${where}/k8s/version`, { method: "PUT" })).status).toBe(403);
  });
  expect([code, stderr]).toEqual([0, ""]);
  await expect(fetch(address)).rejects.toThrow();
});

test.each([
  [["--port=0", "--disable-filter"], "any web page"],
  [["--port=0", "--reject-paths="], "the filter is relaxed"],
])("%j is warned of", async (argv, warning) => {
  expect((await run(argv)).stderr).toContain(`Warning: `);
  expect((await run(argv)).stderr).toContain(warning);
});

test.each([
  [["--port=x"], "Cannot read --port x"],
  [["--port=70000"], "Cannot listen on port 70000"],
  [["--port=0", "--accept-paths=("], "no regular expression"],
  [["extra"], 'Cannot use "extra"'],
])("%j is refused", async (argv, message) => {
  expect((await failureOf(run(argv))).message).toContain(message);
});
