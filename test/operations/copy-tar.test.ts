import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  decodeHeader,
  encodeHeader,
  endOfArchive,
  headerLength,
  paddingOf,
  type TarEntry,
} from "../../src/operations/copy/tar-header.ts";
import { TarReader } from "../../src/operations/copy/tar-reader.ts";
import { findProgram } from "../support/find-program.ts";

type Written = Parameters<typeof encodeHeader>[0];

const file = (name: string, size: number): Written => {
  return { name, type: "file", size, mode: 0o644, mtimeMs: 1_700_000_000_000, uid: 0, gid: 0, linkName: "" };
};

function archive(entries: readonly { readonly entry: Written; readonly content: Uint8Array }[]): Buffer {
  const parts = entries.flatMap(({ entry, content }) => [
    encodeHeader(entry),
    content,
    new Uint8Array(paddingOf(content.length)),
  ]);
  return Buffer.concat([...parts, endOfArchive()]);
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function read(source: AsyncIterable<Uint8Array>): Promise<{ entry: TarEntry; content: Buffer }[]> {
  const reader = new TarReader(source);
  const all: { entry: TarEntry; content: Buffer }[] = [];
  for (let entry = await reader.next(); entry !== undefined; entry = await reader.next()) {
    const pieces: Uint8Array[] = [];
    for await (const piece of reader.body()) pieces.push(piece);
    all.push({ entry, content: Buffer.concat(pieces) });
  }
  return all;
}

const entries = fc.array(
  fc.record({
    name: fc.string({ minLength: 1, maxLength: 300, unit: fc.constantFrom("a", "ü", "/", " ", "\n", "漢") }),
    content: fc.uint8Array({ maxLength: 1500 }),
  }),
  { maxLength: 4 },
);

describe("tar archives", () => {
  test("what is written is read again, in whatever pieces it comes", async () => {
    await fc.assert(
      fc.asyncProperty(entries, fc.integer({ min: 1, max: 2000 }), async (all, size) => {
        const written = all.map(({ name, content }) => ({ entry: file(`x${name}x`, content.length), content }));
        for (const { entry } of written) expect(headerLength(entry)).toBe(encodeHeader(entry).length);
        const again = await read(inPieces(archive(written), size));
        expect(again.map(({ entry, content }) => ({ entry, content: [...content] }))).toEqual(
          written.map(({ entry, content }) => ({ entry, content: [...content] })),
        );
      }),
      { numRuns: 50 },
    );
  });

  test("an archive that ends anywhere before its end is an error", async () => {
    const whole = archive([
      { entry: file("a", 700), content: Buffer.alloc(700, 1) },
      { entry: file("b".repeat(150), 0), content: Buffer.alloc(0) },
    ]);
    for (let length = 0; length < whole.length; length += 100) {
      await expect(read(inPieces(whole.subarray(0, length), 333))).rejects.toMatchObject({ code: "CONNECTION_LOST" });
    }
    expect(await read(inPieces(whole, 333))).toHaveLength(2);
  });

  test("what is no archive is an error, not an empty one", async () => {
    const junk = Buffer.alloc(2048, "sh: tar: something else\n");
    await expect(read(inPieces(junk, 512))).rejects.toMatchObject({ code: "MALFORMED_RESPONSE" });
  });

  test.each([2 ** 33 - 1, 2 ** 33, 2 ** 43])("a file of %d bytes keeps its size", (size) => {
    const header = decodeHeader(encodeHeader(file("big", size)));
    expect(header).toMatchObject({ type: "entry", entry: { size } });
  });
});

describe("archives of other programs", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "kubescript-tar-"));
  const long = `${"d".repeat(90)}/${"e".repeat(90)}`;
  beforeAll(() => {
    mkdirSync(path.join(folder, `in/${long}`), { recursive: true });
    writeFileSync(path.join(folder, `in/${long}/ü`), "deep");
    writeFileSync(path.join(folder, "in/run"), "#!", { mode: 0o750 });
    utimesSync(path.join(folder, "in/run"), 1_600_000_000, 1_600_000_000);
    mkdirSync(path.join(folder, "far"));
    symlinkSync(`${long}/ü`, path.join(folder, "far/link"));
    symlinkSync("run", path.join(folder, "in/short"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const isThere = ([program]: readonly [string, readonly string[]]): boolean => findProgram(program) !== undefined;

  test.each(
    (
      [
        ["tar", ["--format=gnu"]],
        ["tar", ["--format=pax"]],
        ["tar", ["--format=ustar"]],
        ["busybox", ["tar"]],
      ] as const
    ).filter(isThere),
  )("%s %s is read with long names, links, permissions and times", async (program, flags) => {
    // A link as far as that is too long for ustar.
    const far = flags[0] === "--format=ustar" ? [] : ["./far"];
    const out = execFileSync(program, [...flags, "-cf", "-", "-C", folder, "./in", ...far]);
    const all = await read(inPieces(out, 1000));
    const found = (name: string) => all.find(({ entry }) => entry.name === `./in/${name}`);
    expect(found(`${long}/ü`)?.content.toString()).toBe("deep");
    expect(found("run")?.entry).toMatchObject({ type: "file", mode: 0o750, mtimeMs: 1_600_000_000_000, size: 2 });
    expect(found("short")?.entry).toMatchObject({ type: "symlink", linkName: "run" });
    const links = all.filter(({ entry }) => entry.name === "./far/link").map(({ entry }) => entry.linkName);
    expect(links).toEqual(far.length === 0 ? [] : [`${long}/ü`]);
  });

  test.each(
    (
      [
        ["tar", []],
        ["busybox", ["tar"]],
      ] as const
    ).filter(isThere),
  )("what is written is unpacked by %s %s", (program, flags) => {
    const target = mkdtempSync(path.join(folder, "out-"));
    const directory: Written = { ...file(`in/${"d".repeat(120)}/`, 0), type: "directory", mode: 0o755 };
    const input = archive([
      { entry: { ...file("in/", 0), type: "directory", mode: 0o755 }, content: Buffer.alloc(0) },
      { entry: directory, content: Buffer.alloc(0) },
      { entry: file(`in/${"d".repeat(120)}/ü${"x".repeat(130)}`, 4), content: Buffer.from("deep") },
      { entry: { ...file("in/l", 0), type: "symlink", linkName: `${"d".repeat(120)}/k` }, content: Buffer.alloc(0) },
    ]);
    execFileSync(program, [...flags, "-xmf", "-", "-C", target], { input });
    expect(readFileSync(path.join(target, `in/${"d".repeat(120)}/ü${"x".repeat(130)}`), "utf8")).toBe("deep");
  });
});
