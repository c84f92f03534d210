import { plainAnswer } from "./answers.ts";
import type { NonResourcePath } from "./non-resource.ts";
import { isTrue } from "./request-info.ts";

const ROOTS = ["healthz", "livez", "readyz"] as const;

/** `/healthz`, `/livez` and `/readyz`, whole with `?verbose`, and each check alone below them. */
export function healthPaths(checks: readonly string[]): NonResourcePath[] {
  return ROOTS.map((root) => {
    const prefix = `/${root}`;
    return {
      matches: (path) =>
        path === prefix || path === `${prefix}/` || checks.some((check) => path === `${prefix}/${check}`),
      answer(_request, info) {
        const whole = info.path === prefix || info.path === `${prefix}/`;
        if (!whole || !info.query.has("verbose") || !isTrue(info.query.get("verbose"))) return plainAnswer(200, "ok");
        const lines = checks.map((check) => `[+]${check} ok\n`).join("");
        return plainAnswer(200, `${lines}${root} check passed\n`);
      },
    };
  });
}
