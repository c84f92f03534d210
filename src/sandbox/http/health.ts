import { plainAnswer } from "./answers.ts";
import type { NonResourcePath } from "./non-resource.ts";

const ROOTS = ["healthz", "livez", "readyz"] as const;

/**
 * `/healthz`, `/livez` and `/readyz`, whole with `?verbose` and without the checks that `?exclude` names, and each check
 * alone below them.
 */
export function healthPaths(checks: readonly string[]): NonResourcePath[] {
  return ROOTS.map((root) => {
    const prefix = `/${root}`;
    return {
      matches: (path) =>
        path === prefix || path === `${prefix}/` || checks.some((check) => path === `${prefix}/${check}`),
      answer(_request, { path, query }) {
        const whole = path === prefix || path === `${prefix}/`;
        if (!whole || !query.has("verbose")) return plainAnswer(200, "ok");
        const excluded = new Set(query.getAll("exclude").filter((name) => name !== ""));
        const lines = checks.map((check) => `[+]${check} ${excluded.delete(check) ? "excluded: ok" : "ok"}\n`);
        if (excluded.size > 0)
          lines.push(`warn: some health checks cannot be excluded: no matches for ${quoted(excluded)}\n`);
        return plainAnswer(200, `${lines.join("")}${root} check passed\n`);
      },
    };
  });
}

function quoted(names: ReadonlySet<string>): string {
  return [...names]
    .sort()
    .map((name) => JSON.stringify(name))
    .join(",");
}
