/** node:crypto when it is first needed: builders answer at once, and no start-up shall wait for it. */
export function crypto(): typeof import("node:crypto") {
  return process.getBuiltinModule("node:crypto");
}
