import { isApiError, isKubescriptError } from "../../errors.ts";
import { retold } from "../shared/retold.ts";
import { placeOf } from "./field-line.ts";
import type { Problem } from "./targets.ts";

/** Whether a failure is about one object, and not about the connection, the login or the server. */
export function isAboutObject(error: unknown): boolean {
  return isApiError(error) && ![401, 408, 429, 502, 503, 504].includes(error.httpStatus);
}

/** One error for what is wrong with manifests: each with its file, document, line and field. */
export function problemsError(action: string, problems: readonly Problem[], total: number, state: string): unknown {
  const [first] = problems;
  if (first === undefined) return undefined;
  const hint = [isKubescriptError(first.error) ? first.error.hint : undefined, state]
    .filter((one) => one !== undefined)
    .join(" ");
  const lines = problems.map(({ manifest, error }) => `${placeOf(manifest, error)}: ${whatIsWrong(error)}`);
  if (lines.length === 1) return retold(first.error, `Cannot ${action} ${lines[0]}`, hint);
  const list = lines.map((line) => `\n  ${line.replaceAll("\n", "\n  ")}`).join("");
  return retold(first.error, `Cannot ${action} ${lines.length} of ${total} objects${list}`, hint);
}

/** The message without what was attempted on which path, which the caller says in the user's words. */
function whatIsWrong(error: unknown): string {
  if (!isKubescriptError(error)) return String(error);
  return isApiError(error)
    ? error.message.replace(/^Cannot [A-Z]+ \S+: (?:the server answered \d+: )?|^Cannot apply /, "")
    : error.message.replace(/^Cannot use |^Cannot /, (start) => (start === "Cannot " ? "cannot " : ""));
}
