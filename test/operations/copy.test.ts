import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { platform, tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type CopyOptions, copy } from "../../src/operations/copy/copy.ts";
import type { CopyReport } from "../../src/operations/copy/copy-report.ts";
import { encodeHeader, endOfArchive } from "../../src/operations/copy/tar-header.ts";
import { ResourceClient } from "../../src/resources/client.ts";
import type { Held } from "../../src/resources/held.ts";
import { systemTiming } from "../../src/resources/timing.ts";
import type { Transport } from "../../src/transport/transport.ts";
import type { Pod } from "../../src/types/core-v1.ts";
import { type Break, breakingTransport } from "../support/breaking-transport.ts";
import { findProgram } from "../support/find-program.ts";
import { type StreamCluster, startStreamCluster } from "../support/stream-cluster.ts";

/** Programs of the containers: those of the machine, and busybox alone. */
const programs = mkdtempSync(path.join(tmpdir(), "kubescript-programs-"));
const hostPath = process.env.PATH;
const applets = [
  "cat",
  "chmod",
  "dd",
  "head",
  "ls",
  "mkdir",
  "mv",
  "rm",
  "sh",
  "sha256sum",
  "stat",
  "tail",
  "tar",
  "tee",
  "tr",
];
const busybox = findProgram("busybox");
let cluster: StreamCluster;
let folder: string;

beforeAll(async () => {
  mkdirSync(path.join(programs, "busybox"));
  if (busybox !== undefined) {
    for (const applet of [...applets, "test", "xargs"]) symlinkSync(busybox, path.join(programs, "busybox", applet));
  }
  cluster = await startStreamCluster();
  await cluster.pod("web-0");
});
afterAll(async () => {
  await cluster.close();
  rmSync(programs, { recursive: true });
});
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "kubescript-copy-"));
  for (const side of ["here", "there"]) mkdirSync(path.join(folder, side));
});
afterEach(() => {
  process.env.PATH = hostPath;
  expect(temporaries()).toEqual([]);
  rmSync(folder, { recursive: true });
});

const here = (name: string): string => path.join(folder, "here", name);
const there = (name: string): string => path.join(folder, "there", name);
const inPod = (name: string): string => `web-0:${there(name)}`;
const every = (name: string): string[] => (readdirSync(name, { recursive: true }) as string[]).sort();
const temporaries = (): string[] => every(folder).filter((name) => name.includes(".kubescript-cp-"));

function write(file: string, content: string | Uint8Array, mode = 0o644): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content, { mode });
}

const cp = (from: string, to: string, options?: CopyOptions): Promise<CopyReport> =>
  cluster.k8s.pods.cp(from, to, options);

/** The pods of the cluster, over connections that break in turn. */
function breakingPods(
  breaks: readonly (Break | undefined)[],
  held: Held[] = [],
  inner: Transport = cluster.k8s.transport,
): ResourceClient<Pod> {
  const left = [...breaks];
  return new ResourceClient<Pod>({
    transport: breakingTransport(inner, () => left.shift()),
    resource: () => cluster.k8s.pods.resource(),
    scope: { type: "namespace", namespace: "default", chosen: false },
    // Ten times as fast.
    timing: { ...systemTiming, sleep: (ms, signal) => systemTiming.sleep(ms / 10, signal) },
    hold: (one) => {
      held.push(one);
      return () => {
        held.splice(held.indexOf(one), 1);
      };
    },
  });
}

/** Bytes that are not the same anywhere. */
function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0, state = 1; at < size; at++) {
    state = (state * 1103515245 + 12345) % 2147483648;
    bytes[at] = state >> 16;
  }
  return bytes;
}

const STDIN = 0;
const STDOUT = 1;
const STATUS = 3;

describe.each(["the machine's programs", ...(busybox === undefined ? [] : ["busybox"])])(
  "a container with %s",
  (name) => {
    beforeEach(() => {
      if (name === "busybox") process.env.PATH = path.join(programs, "busybox");
    });

    test("gives a folder with its permissions, times and links, and is given it back", async () => {
      write(there("log/app/a ü.log"), noise(300_000));
      write(there("log/run"), "#!/bin/sh\n", 0o750);
      write(there(`log/${"d".repeat(120)}/${"e".repeat(120)}`), "deep");
      utimesSync(there("log/run"), 1_600_000_000, 1_600_000_000);
      symlinkSync("app/a ü.log", there("log/current"));
      const down = await cp(inPod("log"), here("log"), { checksum: true });
      expect(down).toMatchObject({ target: here("log"), files: 3, links: 1, skipped: [], verified: "sha256" });
      expect(statSync(here("log/run"))).toMatchObject({ mode: 0o100750, mtimeMs: 1_600_000_000_000 });
      expect(readlinkSync(here("log/current"))).toBe("app/a ü.log");
      const up = await cp(here("log"), inPod("back"), { checksum: true });
      expect(up).toMatchObject({ target: inPod("back"), files: 3, links: 1, bytes: down.bytes, verified: "sha256" });
      expect(every(there("back"))).toEqual(every(there("log")));
      expect(readFileSync(there("back/app/a ü.log")).equals(noise(300_000))).toBe(true);
      expect(statSync(there("back/run")).mode).toBe(0o100750);
    });

    test("names of any characters are copied as they are, both ways, and their checksums compared", async () => {
      const names = [
        "-rf",
        "a b",
        "line\nfeed",
        "re\rturn",
        "back\\slash",
        "\\n",
        "'\"$(x)`",
        "\ufeffmark",
        "e\u0301",
        "*",
      ];
      for (const name of names) write(there(`odd/${name}`), name);
      const down = await cp(inPod("odd"), here("odd"), { checksum: true });
      expect(down).toMatchObject({ files: names.length, skipped: [] });
      const up = await cp(here("odd"), inPod("odder"), { checksum: true });
      expect(up).toMatchObject({ files: names.length, skipped: [] });
      for (const side of [here("odd"), there("odder")]) {
        expect(every(side)).toEqual([...names].sort());
        for (const name of names) expect(readFileSync(path.join(side, name), "utf8")).toBe(name);
      }
      for (const name of ["-rf", "line\nfeed", "'\"$(x)`"]) {
        await cp(here(`odd/${name}`), inPod(name));
        await cp(inPod(name), here(name));
        expect(readFileSync(here(name), "utf8")).toBe(name);
      }
    });

    test("adds to a folder that is there only when told to, and then replaces what has the same name", async () => {
      write(here("site/index.html"), "new");
      write(here("site/img/b.svg"), "b");
      write(there("www/site/index.html"), "old");
      write(there("www/site/img/a.svg"), "a");
      await expect(cp(here("site"), inPod("www"))).rejects.toThrow(`"${there("www/site")}" cannot be written`);
      expect(readFileSync(there("www/site/index.html"), "utf8")).toBe("old");
      await cp(here("site"), inPod("www"), { overwrite: true });
      expect(every(there("www"))).toEqual(["site", "site/img", "site/img/a.svg", "site/img/b.svg", "site/index.html"]);
      expect(readFileSync(there("www/site/index.html"), "utf8")).toBe("new");
    });

    test("keeps no permissions and times where they are not wanted", async () => {
      write(here("run"), "#!/bin/sh\n", 0o6777);
      utimesSync(here("run"), 1_600_000_000, 1_600_000_000);
      await cp(here("run"), inPod("run"), { noPreserve: true });
      expect(statSync(there("run")).mode & 0o6022).toBe(0);
      chmodSync(there("run"), 0o700);
      await cp(inPod("run"), here("again"), { noPreserve: true });
      expect(statSync(here("again"))).toMatchObject({ mode: 0o100644 });
    });

    test("goes on with a download where the connection broke, in the middle of a file", async () => {
      write(there("dump/a.sql"), noise(200_000));
      write(there("dump/b.sql"), noise(400_000).reverse());
      write(there("dump/c.sql"), "end");
      const pods = breakingPods([
        { channel: STDOUT, after: 300_000 },
        { channel: STDOUT, after: 100 },
        { channel: STDOUT, after: 200_001 },
        { channel: STATUS, after: 0 },
      ]);
      const sent: number[] = [];
      const report = await copy(pods, inPod("dump"), here("dump"), {
        retries: 4,
        onProgress: ({ bytes }) => sent.push(bytes),
      });
      expect(report).toMatchObject({ files: 3, bytes: 600_003, retries: 4 });
      expect(sent).toEqual([...sent].sort((a, b) => a - b));
      expect(readFileSync(here("dump/b.sql")).equals(noise(400_000).reverse())).toBe(true);
      expect(readFileSync(here("dump/c.sql"), "utf8")).toBe("end");
    });

    test("goes on with an upload where the connection broke, in the middle of a file", async () => {
      write(here("dump/a.sql"), noise(200_000));
      write(here("dump/b.sql"), noise(400_000).reverse(), 0o640);
      write(here("dump/c.sql"), "end");
      const whole = undefined;
      // First a look at what is there. Of each retry: what is still at work, the sizes, what is missing of a file, the rest.
      const look = { channel: STDOUT, after: 0 };
      const first = [whole, { channel: STDIN, after: 300_000 }];
      const second = [whole, whole, { channel: STDIN, after: 50_000 }];
      const report = await copy(breakingPods([look, ...first, ...second]), here("dump"), inPod("dump"), { retries: 5 });
      expect(report).toMatchObject({ files: 3, bytes: 600_003, retries: 3, verified: "size" });
      expect(readFileSync(there("dump/b.sql")).equals(noise(400_000).reverse())).toBe(true);
      expect(statSync(there("dump/b.sql")).mode).toBe(0o100640);
      expect(every(there("dump"))).toEqual(["a.sql", "b.sql", "c.sql"]);
    });

    test("goes on with an upload only when what still writes there has been ended", async () => {
      write(here("dump/a.sql"), noise(400_000));
      const stragglers: ChildProcess[] = [];
      const onLost = (): void => {
        // All has been sent, which says nothing of how far the shell over there is.
        while (temporaries().length === 0);
        const [stage = ""] = temporaries();
        // Runtimes hand on what had arrived of a connection that is gone, this one when all of the file is there; a test
        // that fails removes the folder.
        const line = 'until [ "$(wc -c <"$0")" -ge 400000 ]; do [ -d "$1" ] || exit; done; echo late >>"$0"';
        const file = path.join(folder, stage, "data", "a.sql");
        const straggler = spawn("sh", ["-c", line, file, folder], { stdio: "ignore", env: { PATH: hostPath } });
        stragglers.push(straggler);
        // It was at work before the connection broke.
        while (!readFileSync(`/proc/${straggler.pid}/cmdline`, "utf8").includes(file));
      };
      const pods = breakingPods([undefined, { channel: STDIN, after: 200_000, onLost }]);
      await copy(pods, here("dump"), inPod("dump"), { retries: 1, checksum: true });
      const ends = await Promise.all(
        stragglers.map(async (one) => {
          if (one.exitCode === null && one.signalCode === null) await once(one, "exit");
          return one.signalCode;
        }),
      );
      expect(ends).toEqual(["SIGKILL"]);
      expect(readFileSync(there("dump/a.sql")).equals(noise(400_000))).toBe(true);
    });
  },
);

describe("where a copy goes", () => {
  beforeEach(() => {
    write(there("f.txt"), "remote");
    write(here("f.txt"), "local");
    mkdirSync(there("dir"));
    mkdirSync(here("dir"));
    write(there("tree/x"), "x");
    write(here("tree/x"), "x");
  });

  test.each([
    ["a file to a new name", "f.txt", "new/name", "new/name"],
    ["a file into a folder", "f.txt", "dir", "dir/f.txt"],
    ["a file into a folder that a slash asks for", "f.txt", "new/", "new/f.txt"],
    ["a folder to a new name", "tree", "logs", "logs"],
    ["a folder's content into an empty folder", "tree", "dir", "dir"],
    ["a folder's content, said with a dot", "tree/.", "dir", "dir"],
    ["a folder with a slash behind it", "tree/", "dir/", "dir/"],
  ])("%s, to this machine", async (_, from, to, target) => {
    const report = await cp(inPod(from), `${folder}/here/${to}`);
    expect(report.target).toBe(path.join(folder, "here", target));
    expect(statSync(report.target).isDirectory()).toBe(from !== "f.txt");
    expect(from === "f.txt" ? readFileSync(report.target, "utf8") : every(report.target)).toEqual(
      from === "f.txt" ? "remote" : ["x"],
    );
  });

  test.each([
    ["a file to a new name", "f.txt", "name", "name"],
    ["a file into a folder", "f.txt", "dir", "dir/f.txt"],
    ["a file into a folder that a slash asks for", "f.txt", "new/", "new/f.txt"],
    ["a folder to a new name", "tree", "srv", "srv"],
    ["a folder into a folder that is there", "tree", "dir", "dir/tree"],
    ["a folder's content into one that is there", "tree/.", "dir", "dir"],
    ["a folder's content to a new name", "tree/.", "srv", "srv"],
  ])("%s, into the container", async (_, from, to, target) => {
    const report = await cp(`${folder}/here/${from}`, `web-0:${folder}/there/${to}`);
    expect(report.target).toBe(`web-0:${folder}/there/${target}`);
    const file = there(target);
    expect(from === "f.txt" ? readFileSync(file, "utf8") : every(file)).toEqual(from === "f.txt" ? "local" : ["x"]);
  });

  test.each([
    ["a file that exists", "f.txt", "f.txt", "it exists", "overwrite: true"],
    ["a folder that is not empty", "tree", "tree", "this folder is not empty", "tree/tree"],
    ["a file where a folder is to go", "tree", "f.txt", "it is a file", "Name a folder"],
  ])("%s is named, and nothing is written here", async (_, from, to, why, hint) => {
    const before = every(folder);
    await expect(cp(inPod(from), here(to))).rejects.toMatchObject({
      code: "INVALID_INPUT",
      message: expect.stringContaining(why),
      hint: expect.stringContaining(hint),
    });
    expect(every(folder)).toEqual(before);
  });

  test.each([
    ["a file that exists", "f.txt", "f.txt", "it exists", "overwrite: true"],
    ["a folder that is not empty", "tree/.", "tree", "this folder is not empty", "overwrite: true"],
    ["a file where a folder is to go", "tree", "f.txt", "it is a file", "Name a folder"],
    ["a folder that is missing", "tree", "no/such", "there is no folder", "mkdir"],
  ])("%s is named, and nothing is sent there", async (_, from, to, why, hint) => {
    const before = every(folder);
    await expect(cp(`${folder}/here/${from}`, inPod(to))).rejects.toMatchObject({
      code: "INVALID_INPUT",
      message: expect.stringContaining(why),
      hint: expect.stringContaining(hint),
    });
    expect(every(folder)).toEqual(before);
  });

  test("overwriting replaces a file as a whole", async () => {
    chmodSync(here("f.txt"), 0o444);
    await cp(inPod("f.txt"), here("f.txt"), { overwrite: true });
    expect(readFileSync(here("f.txt"), "utf8")).toBe("remote");
    await cp(here("tree/x"), inPod("f.txt"), { overwrite: true });
    expect(readFileSync(there("f.txt"), "utf8")).toBe("x");
  });

  test("a file in the place of a folder, deep in one that is added to, stops all before anything is placed", async () => {
    write(here("tree/a"), "a");
    write(here("tree/x2/y"), "y");
    write(there("tree/x2"), "a file");
    await expect(cp(`${here("tree")}/.`, inPod("tree"), { overwrite: true })).rejects.toThrow(
      /x2: is a file, and a folder comes; in the container nothing was changed$/,
    );
    expect(existsSync(there("tree/a"))).toBe(false);
  });

  test("a link that is asked for is followed", async () => {
    symlinkSync("f.txt", there("latest"));
    symlinkSync("tree", there("current"));
    await cp(inPod("latest"), here("latest"));
    await cp(inPod("current"), here("current"));
    expect(lstatSync(here("latest")).isFile()).toBe(true);
    expect(every(here("current"))).toEqual(["x"]);
  });
});

describe("what is skipped", () => {
  test("links that lead out, pipes and what stands behind a link of this machine are reported", async () => {
    write(there("log/sub/a"), "a");
    write(here("secret/a"), "mine");
    symlinkSync("/etc/passwd", there("log/out"));
    symlinkSync("sub/../../x", there("log/around"));
    execFileSync("mkfifo", [there("log/pipe")]);
    mkdirSync(here("log"));
    symlinkSync("../secret", here("log/sub"));
    const { skipped, files } = await cp(inPod("log"), here("log"), { overwrite: true });
    expect(Object.fromEntries(skipped.map(({ path: name, reason }) => [name, reason]))).toEqual({
      around: "it is a link to sub/../../x, which is outside of what is copied",
      out: "it is a link to /etc/passwd, which is outside of what is copied",
      pipe: "it is a pipe",
      sub: `"${here("log/sub")}" is a link on this machine, no folder`,
    });
    expect(files).toBe(0);
    expect(readFileSync(here("secret/a"), "utf8")).toBe("mine");
  });

  test("an archive that a container makes up writes nothing outside of the folder", async () => {
    const evil = path.join(programs, "evil");
    // Names that lead out, a link to the folder above and a file behind it, another name of a file that was not sent.
    const attributes = { mode: 0o755, mtimeMs: 0, uid: 0, gid: 0, size: 0, linkName: "" };
    const blocks = [
      encodeHeader({ ...attributes, name: "./log", type: "directory" }),
      encodeHeader({ ...attributes, name: "./log/../escaped", type: "file" }),
      encodeHeader({ ...attributes, name: "/tmp/kubescript-escaped", type: "file" }),
      encodeHeader({ ...attributes, name: "./log/a/../../escaped", type: "file" }),
      encodeHeader({ ...attributes, name: "./log/up", type: "symlink", linkName: ".." }),
      encodeHeader({ ...attributes, name: "./log/up/escaped", type: "file" }),
      encodeHeader({ ...attributes, name: "./log/hard", type: "link", linkName: "../../../../etc/passwd" }),
      encodeHeader({ ...attributes, name: "./log/good", type: "file" }),
      endOfArchive(),
    ];
    write(path.join(evil, "archive"), Buffer.concat(blocks));
    write(path.join(evil, "tar"), `#!/bin/sh\ncat "${path.join(evil, "archive")}"\n`, 0o755);
    process.env.PATH = `${evil}:${hostPath}`;
    const { files, skipped } = await cp(inPod("log"), here("log"));
    expect(every(folder)).toEqual(["here", "here/log", "here/log/good", "here/log/up", "here/log/up/escaped", "there"]);
    expect(lstatSync(here("log/up")).isDirectory()).toBe(true);
    expect(existsSync("/tmp/kubescript-escaped")).toBe(false);
    expect(files).toBe(2);
    expect(skipped).toHaveLength(5);
  });

  test.skipIf(platform() !== "linux")(
    "names that are no UTF-8 are reported, and none takes another's place",
    async () => {
      const foreign = (folderOf: string, byte: number): Buffer =>
        Buffer.concat([Buffer.from(`${folderOf}/caf`), Buffer.of(byte)]);
      write(there("old/plain"), "a");
      for (const byte of [0xe9, 0xea]) writeFileSync(foreign(there("old"), byte), "b");
      symlinkSync(foreign(".", 0xe9), there("old/link"));
      const down = await cp(inPod("old"), here("old"), { checksum: true });
      expect(every(here("old"))).toEqual(["plain"]);
      expect(down.skipped.map((one) => one.path).sort()).toEqual(["caf\\xe9", "caf\\xea", "link"]);
      mkdirSync(here("mine/sub"), { recursive: true });
      write(here("mine/sub/plain"), "a");
      writeFileSync(foreign(here("mine/sub"), 0xe9), "b");
      const up = await cp(here("mine"), inPod("mine"));
      expect(up.skipped).toEqual([{ path: "sub/caf\\xe9", reason: "its name is no UTF-8" }]);
      expect(every(there("mine"))).toEqual(["sub", "sub/plain"]);
    },
  );

  test("sockets and pipes of this machine are not sent", async () => {
    write(here("run/a"), "a");
    execFileSync("mkfifo", [here("run/pipe")]);
    const { skipped } = await cp(here("run"), inPod("run"));
    expect(skipped).toEqual([{ path: "pipe", reason: "it is a pipe" }]);
    expect(every(there("run"))).toEqual(["a"]);
  });
});

describe("what goes wrong", () => {
  test("a stream that is cut anywhere is never reported as a copy", async () => {
    write(there("log/a"), noise(3000));
    write(there("log/b"), noise(3000));
    for (let after = 0; after < 10240; after += 600) {
      const cut = breakingPods([{ channel: STDOUT, after }]);
      const target = here(`log-${after}`);
      await expect(copy(cut, inPod("log"), target)).rejects.toMatchObject({
        code: "CONNECTION_LOST",
        hint: expect.stringContaining("retries"),
      });
      for (const name of ["a", "b"].filter((one) => existsSync(path.join(target, one)))) {
        expect(readFileSync(path.join(target, name)).equals(noise(3000))).toBe(true);
      }
    }
  });

  test("an archive that ends early with exit code 0 is no copy either", async () => {
    const short = path.join(programs, "short");
    write(path.join(short, "tar"), `#!/bin/sh\n/bin/tar "$@" | head -c 4000\n`, 0o755);
    write(there("log/a"), noise(3000));
    write(there("log/b"), noise(3000));
    process.env.PATH = `${short}:${hostPath}`;
    await expect(cp(inPod("log"), here("log"))).rejects.toThrow(
      /the archive ended before its end; (0 files were|1 file was) copied, "[ab]" was not$/,
    );
  });

  test("a broken upload changes nothing in the container", async () => {
    write(here("site/a"), noise(300_000));
    const pods = breakingPods([undefined, { channel: STDIN, after: 100_000 }]);
    await expect(copy(pods, here("site"), inPod("site"))).rejects.toMatchObject({
      code: "CONNECTION_LOST",
      message: expect.stringContaining("in the container nothing was changed"),
    });
    expect(every(there(""))).toEqual([]);
  });

  test.each(["download", "upload"])(
    "an interrupted %s leaves nothing half-written and says what was done",
    async (way) => {
      const [from, to] = way === "download" ? [there, here] : [here, there];
      write(from("tree/a"), "a");
      write(from("tree/b"), noise(8_000_000));
      const controller = new AbortController();
      const path = (side: (name: string) => string): string => (side === there ? inPod("tree") : here("tree"));
      const running = cp(path(from), path(to), {
        signal: controller.signal,
        onProgress: ({ bytes }) => {
          if (bytes > 1_000_000) controller.abort();
        },
      });
      await expect(running).rejects.toMatchObject({
        code: "ABORTED",
        message: expect.stringMatching(
          way === "download"
            ? /it was interrupted; (0 files were|1 file was) copied, "b" was not$/
            : /it was interrupted; in the container nothing was changed$/,
        ),
      });
      // The order of a folder is the container's.
      const copied = existsSync(to("tree")) ? every(to("tree")) : [];
      expect(way === "download" ? copied.filter((name) => name !== "a") : copied).toEqual([]);
    },
  );

  test("servers before 1.30, which cannot be told the end of an input, are copied to all the same", async () => {
    write(here("tree/a"), noise(8_000_000));
    const old = (onProgress?: CopyOptions["onProgress"]): Promise<CopyReport> =>
      copy(oldPods, here("tree"), inPod("tree"), { checksum: true, signal, onProgress });
    const controller = new AbortController();
    const { signal } = controller;
    const { transport } = cluster.k8s;
    const oldPods = breakingPods([], [], {
      ...transport,
      send: (request, options) => transport.send(request, options),
      open: (request, options) => transport.open({ ...request, protocols: ["v4.channel.k8s.io"] }, options),
    });
    expect(await old()).toMatchObject({ files: 1, verified: "sha256" });
    rmSync(there("tree"), { recursive: true });
    const interrupted = old(({ bytes }) => {
      if (bytes > 1_000_000) controller.abort();
    });
    await expect(interrupted).rejects.toMatchObject({ code: "ABORTED" });
    expect(every(there(""))).toEqual([]);
  });

  test("a full disk ends an upload at once, with what to do", async () => {
    const full = path.join(programs, "full");
    write(
      path.join(full, "tar"),
      `#!/bin/sh\necho "tar: data: Cannot write: No space left on device" >&2; cat >/dev/null; exit 2\n`,
      0o755,
    );
    write(here("big"), Buffer.alloc(50_000_000));
    process.env.PATH = `${full}:${hostPath}`;
    let sent = 0;
    const onProgress = ({ bytes }: { bytes: number }): void => {
      sent = bytes;
    };
    await expect(cp(here("big"), inPod("big"), { onProgress })).rejects.toMatchObject({
      message: expect.stringMatching(/exit code 2 and said: .*No space left on device; in the container nothing was/),
      hint: "The container needs room for all that comes, besides what it replaces.",
    });
    expect(sent).toBeLessThan(50_000_000);
  });

  test("the end of the session ends a copy", async () => {
    write(here("tree/b"), noise(8_000_000));
    const held: Held[] = [];
    let closed: Promise<unknown> | undefined;
    const running = copy(breakingPods([], held), here("tree"), inPod("tree"), {
      onProgress: () => {
        closed ??= held[0]?.close();
      },
    });
    await expect(running).rejects.toMatchObject({ code: "ABORTED" });
    await closed;
    expect(every(there(""))).toEqual([]);
    expect(held).toEqual([]);
  });

  test.each([
    ["what is not there", "nothing", 'there is no .*/nothing in container "main"'],
    ["what is not there in a folder that is not there", "no/thing", "there is no .*/no/thing in container"],
    ["a pipe", "pipe", "it is a fifo: only files and folders"],
  ])("a download of %s says so", async (_, name, why) => {
    execFileSync("mkfifo", [there("pipe")]);
    await expect(cp(inPod(name), here("x"))).rejects.toThrow(new RegExp(why));
    expect(every(here(""))).toEqual([]);
  });

  test("a file that changes between two connections is not put together from two", async () => {
    write(there("log"), noise(100_000));
    const pods = breakingPods([{ channel: STDOUT, after: 50_000 }]);
    const running = copy(pods, inPod("log"), here("log"), {
      retries: 3,
      onProgress: ({ bytes }) => {
        if (bytes === 0) utimesSync(there("log"), 1_700_000_000, 1_700_000_000);
      },
    });
    await expect(running).rejects.toMatchObject({ code: "CONFLICT" });
    expect(every(here(""))).toEqual([]);
  });

  test("what a container lacks is named, with what to do", async () => {
    write(here("a"), "a");
    write(there("a"), "a");
    const bare = path.join(programs, "bare");
    mkdirSync(bare);
    process.env.PATH = bare;
    const lacks = (program: string): object => ({
      message: expect.stringContaining(`container "main" has no ${program}`),
      hint: expect.stringContaining("k8s.pods.debug"),
    });
    await expect(cp(here("a"), inPod("b"))).rejects.toMatchObject(lacks("sh"));
    for (const program of ["sh", "ls", "head"]) symlinkSync(`/bin/${program}`, path.join(bare, program));
    await expect(cp(here("a"), inPod("b"))).rejects.toMatchObject(lacks("tar"));
  });

  test("what tar fails with in the container is told with its exit code, after everything else was copied", async () => {
    const failing = path.join(programs, "failing");
    write(
      path.join(failing, "tar"),
      `#!/bin/sh\n/bin/tar "$@"; echo "tar: ./log/x: Cannot open: Permission denied" >&2; exit 2\n`,
      0o755,
    );
    write(there("log/a"), "a");
    process.env.PATH = `${failing}:${hostPath}`;
    await expect(cp(inPod("log"), here("log"))).rejects.toThrow(
      /tar ended with exit code 2 and said: tar: \.\/log\/x: Cannot open: Permission denied; 1 file was copied$/,
    );
    write(here("b"), "b");
    await expect(cp(here("b"), inPod("b"))).rejects.toThrow(/exit code 2 .* in the container nothing was changed$/);
  });

  test("a log that grows under tar is copied, with a warning", async () => {
    const growing = path.join(programs, "growing");
    write(
      path.join(growing, "tar"),
      `#!/bin/sh\n/bin/tar "$@"; echo "tar: ./log/a: file changed as we read it" >&2; exit 1\n`,
      0o755,
    );
    write(there("log/a"), "a");
    process.env.PATH = `${growing}:${hostPath}`;
    const { warnings, files } = await cp(inPod("log"), here("log"));
    expect({ warnings, files }).toEqual({ warnings: ["tar: ./log/a: file changed as we read it"], files: 1 });
  });

  test("what is missing on this machine is named before anything is sent", async () => {
    await expect(cp(here("nope"), inPod("x"))).rejects.toThrow(/no such file or folder on this machine/);
    expect(every(there(""))).toEqual([]);
  });

  test("a folder that this machine cannot make is named", async () => {
    write(there("log/a"), "a");
    await expect(cp(inPod("log"), "/proc/log")).rejects.toThrow(/on this machine: ENOENT: .* mkdir '\/proc\/log'$/);
  });

  test("a handle that stores nothing copies nothing", async () => {
    await expect(cluster.k8s.dryRun().pods.cp(here("a"), inPod("x"))).rejects.toMatchObject({ code: "NO_DRY_RUN" });
  });

  test("a container that the pod does not have is refused with those that it has", async () => {
    await expect(cp(inPod("x"), here("x"), { container: "nope" })).rejects.toMatchObject({ hint: "It has main." });
  });
});
