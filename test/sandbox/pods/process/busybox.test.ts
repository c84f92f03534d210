import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { APPLETS, busyboxApplets, isBusybox } from "../../../../src/sandbox/pods/process/busybox.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "kubescript-busybox-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it("knows the image by any registry and tag, and no other by its name", () => {
  expect(["busybox", "busybox:1", "docker.io/library/busybox:1.36", "busybox@sha256:00"].every(isBusybox)).toBe(true);
  expect(["busyboxes", "not-busybox", "busybox/other", "node:24"].some(isBusybox)).toBe(false);
});

it("links each applet to the machine's busybox", () => {
  mkdirSync(join(home, "bin"));
  const busybox = join(home, "bin", "busybox");
  writeFileSync(busybox, '#!/bin/sh\nprintf "[\\nnc\\nsh\\n../evil\\n"\n', { mode: 0o755 });
  const mount = busyboxApplets(`/nonexistent:${join(home, "bin")}`, join(home, "applets"));
  expect(mount).toEqual({ source: join(home, "applets"), target: APPLETS, readOnly: true });
  expect(readdirSync(join(home, "applets")).sort()).toEqual(["[", "nc", "sh"]);
  expect(readlinkSync(join(home, "applets", "nc"))).toBe(busybox);
});

it("has nothing to link on a machine without it", () => {
  expect(busyboxApplets(home, join(home, "applets"))).toBeUndefined();
});
