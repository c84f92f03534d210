import { accessSync, constants, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { rootView } from "../../../../src/sandbox/pods/process/root-view.ts";

const SCRATCH_ARGUMENTS = ["--tmpfs", "/tmp", "--tmpfs", "/run", "--tmpfs", "/var/tmp"];

let home: string;

/** A folder to write to that is not under /tmp and the like, which containers have for themselves. */
function outsideOfScratch(): string {
  const found = [homedir(), process.cwd(), "/opt", "/var/lib"].find((folder) => {
    try {
      accessSync(folder, constants.W_OK);
    } catch {
      return false;
    }
    return !/^\/(tmp|run|var\/tmp)\//.test(`${realpathSync(folder)}/`);
  });
  if (found === undefined) throw new Error("this machine has no folder that could be written to outside of /tmp");
  return found;
}

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(outsideOfScratch(), ".kubescript-root-view-")));
  mkdirSync(join(home, "etc", "app"), { recursive: true });
  writeFileSync(join(home, "etc", "file"), "");
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

function positionOf(view: readonly string[], ...words: string[]): number {
  return view.findIndex((_, index) => words.every((word, offset) => view[index + offset] === word));
}

test("a mount point that the host has is mounted over, its surroundings left alone", () => {
  const view = rootView([{ source: "/a", target: join(home, "etc", "app"), readOnly: true }]);
  expect(positionOf(view, "--ro-bind", "/a", join(home, "etc", "app"))).toBeGreaterThan(0);
  expect(positionOf(view, "--tmpfs", join(home, "etc"))).toBe(-1);
});

test("one that it has not is made in a copy of the directory it lies in", () => {
  const etc = join(home, "etc");
  const view = rootView([{ source: "/a", target: join(etc, "new", "deep"), readOnly: false }]);
  const opened = positionOf(view, "--tmpfs", etc);
  expect(opened).toBeGreaterThan(0);
  expect(positionOf(view, "--ro-bind-try", join(etc, "file"), join(etc, "file"))).toBeGreaterThan(opened);
  expect(positionOf(view, "--bind", "/a", join(etc, "new", "deep"))).toBeGreaterThan(opened);
});

test("mounts that lie in others come after them, and scratch directories before all", () => {
  const view = rootView([
    { source: "/inner", target: "/data/inner", readOnly: true },
    { source: "/outer", target: "/data", readOnly: false },
    { source: "/own", target: "/tmp/own", readOnly: false },
  ]);
  const outer = positionOf(view, "--bind", "/outer", "/data");
  expect(positionOf(view, "--ro-bind", "/inner", "/data/inner")).toBeGreaterThan(outer);
  const scratch = positionOf(view, ...SCRATCH_ARGUMENTS);
  expect(positionOf(view, "--bind", "/own", "/tmp/own")).toBeGreaterThan(scratch);
  expect(outer).toBeGreaterThan(scratch);
});

test("a working directory that is missing is made", () => {
  expect(positionOf(rootView([], ["/no/such/place"]), "--dir", "/no/such/place")).toBeGreaterThan(0);
  expect(positionOf(rootView([], [home]), "--dir", home)).toBe(-1);
});
