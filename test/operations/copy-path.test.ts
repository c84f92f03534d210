import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digestsOf } from "../../src/operations/copy/container-digests.ts";
import { copyRoute, parseCopyPath, splitRemote } from "../../src/operations/copy/copy-path.ts";
import { entryPath, linkStaysInside } from "../../src/operations/copy/entry-path.ts";
import { writeSmallFile } from "../../src/operations/copy/small-file.ts";

const local = (path: string): object => ({ type: "local", path });
const remote = (pod: string, path: string, namespace?: string): object => ({ type: "remote", namespace, pod, path });

describe("the ends of a copy", () => {
  test.each([
    ["web-0:/var/log", remote("web-0", "/var/log")],
    ["shop/web-0:/var/log", remote("web-0", "/var/log", "shop")],
    ["web-0:logs", remote("web-0", "logs")],
    ["web-0:/a:b", remote("web-0", "/a:b")],
    ["c:/tmp/x", remote("c", "/tmp/x")],
    ["./a:b", local("./a:b")],
    ["/a:b", local("/a:b")],
    ["../web-0:x", local("../web-0:x")],
    ["my_file:1", local("my_file:1")],
    ["a/b/c:1", local("a/b/c:1")],
    ["C:\\site", local("C:\\site")],
    ["c:\\site", local("c:\\site")],
    [".", local(".")],
  ])("%s is read as kubectl's notation has it", (text, expected) => {
    expect(parseCopyPath(text, "linux")).toEqual(expected);
  });

  test("a drive with forward slashes is one on Windows only", () => {
    expect(parseCopyPath("c:/site", "win32")).toEqual(local("c:/site"));
  });

  test.each([
    ["", "./x", "a path is empty"],
    [":/x", "./x", "no pod is named"],
    ["web-0:", "./x", "no path is named"],
    ["./a", "./b", "both are on this machine"],
    ["a:/x", "b:/x", "both are in pods"],
    ["a:/x\0", "b", "NUL"],
  ])("%j to %j is refused with what is wrong", (from, to, why) => {
    expect(() => copyRoute(from, to)).toThrow(why);
  });

  test.each([
    ["/var/log", "/var", "log"],
    ["/etc", "/", "etc"],
    ["logs", ".", "logs"],
    ["/var/log/", "/var/log/", undefined],
    ["/var/log/.", "/var/log/.", undefined],
    ["/", "/", undefined],
    ["-x/-y", "./-x", "-y"],
  ])("%s is split for tar so that nothing reads as an option", (path, folder, name) => {
    expect(splitRemote(path)).toEqual({ folder, name });
  });
});

describe("names in an archive", () => {
  const segment = fc.oneof(fc.constantFrom("..", ".", "", "log", "a", "/"), fc.string({ maxLength: 4 }));

  test("no name leads out of the folder", () => {
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 6 }), (parts) => {
        const place = entryPath(parts.join("/"), "log", "linux");
        if (place.type === "inside") {
          expect(place.segments.every((one) => one !== "" && one !== "." && one !== ".." && !/[/\0]/.test(one))).toBe(
            true,
          );
        }
      }),
    );
  });

  test.each([
    ["/etc/passwd", "absolute"],
    ["./log/../../etc/passwd", '".."'],
    ["./other/x", "not below what was asked for"],
    ["", "not below what was asked for"],
  ])("%j is refused", (name, why) => {
    expect(entryPath(name, "log", "linux")).toMatchObject({ type: "refused", reason: expect.stringContaining(why) });
  });

  test.each(["a:b", "con", "x.", "a\\..\\b"])("%j is no file's name on Windows", (name) => {
    expect(entryPath(`./log/${name}`, "log", "win32").type).toBe("refused");
  });

  test.each([
    ["a", "b", true],
    ["a/b", "../c", true],
    ["a", "./b/c", true],
    ["a", "../b", false],
    ["a/b", "../../c", false],
    ["a", "/etc/passwd", false],
    // `x` may be a link to the folder itself, from where `..` leads out.
    ["a", "x/../b", false],
  ])("a link at %s to %s is inside: %s", (at, target, expected) => {
    expect(linkStaysInside(at.split("/"), target, "linux")).toBe(expected);
  });
});

describe("what sha256sum prints", () => {
  const [a, b] = ["a".repeat(64), "b".repeat(64)];

  test("is read of old and new ones, of busybox's, and with files left out", () => {
    const files = ["one", "re\rturn", "back\\slash", "line\nfeed"];
    const old = `${a}  one\n${b}  re\rturn\n\\${a}  back\\\\slash\n\\${b}  line\\nfeed\n`;
    const since9 = old.replace(`${b}  re\r`, `\\${b}  re\\r`);
    const busybox = `${a}  one\n${b}  re\rturn\n${a}  back\\slash\n${b}  line\nfeed\n`;
    for (const printed of [old, since9, busybox]) expect(digestsOf(printed, files)).toEqual([a, b, a, b]);
    expect(digestsOf(`${a}  one\n${b}  three\n`, ["one", "two", "three"])).toEqual([a, undefined, b]);
    // A name that looks like a line of its own.
    expect(digestsOf(`${a}  x\n${b}  y\n`, ["y"])).toEqual([undefined]);
    expect(digestsOf("", ["y"])).toEqual([undefined]);
  });
});

test("a file that cannot take its place leaves nothing temporary", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "kubescript-small-"));
  const name = (file: string): string => path.join(folder, file);
  const content = { content: [new Uint8Array(3)], mode: 0o600, mtimeMs: undefined };
  mkdirSync(name("taken"));
  expect(() => writeSmallFile(name("taken"), name("temporary"), content)).toThrow();
  expect(readdirSync(folder)).toEqual(["taken"]);
  rmSync(folder, { recursive: true });
});
