import { inspect, styleText } from "node:util";
import { isKubescriptError } from "../errors.ts";

/** How an error is shown. */
export interface ErrorTextOptions {
  readonly color: boolean;
  /** Part of the stack that belongs to the user's code: frames of these names are kept. */
  readonly ownFrames?: RegExp;
}

/**
 * An error for people: of our own family the message, the causes that say more, and the next step; of anything else
 * the message with the frames of the user's code.
 */
export function errorText(error: unknown, options: ErrorTextOptions): string {
  const paint = (style: "red" | "dim", text: string): string => (options.color ? styleText(style, text) : text);
  if (!(error instanceof Error)) {
    return `${paint("red", "Thrown:")} ${typeof error === "string" ? error : inspect(error, { colors: options.color })}`;
  }
  const lines = [`${paint("red", `${error.name}:`)} ${error.message}`];
  if (isKubescriptError(error)) {
    for (const cause of causes(error)) lines.push(paint("dim", `  because: ${cause}`));
    if (error.hint !== undefined) lines.push(paint("dim", `  ${error.hint}`));
    return lines.join("\n");
  }
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  const own = frames.filter((frame) => options.ownFrames?.test(frame) ?? !/node:|node_modules/.test(frame));
  for (const frame of own.slice(0, 6)) lines.push(paint("dim", frame.replace(/__kubescript_\w+\.?/g, "")));
  for (const cause of causes(error)) lines.push(paint("dim", `  because: ${cause}`));
  return lines.join("\n");
}

/** Messages of the causes that the messages above them do not hold already. */
function causes(error: Error): string[] {
  const found: string[] = [];
  let above = error.message;
  for (let cause = error.cause; cause instanceof Error && found.length < 4; cause = cause.cause) {
    if (cause.message !== "" && !above.includes(cause.message)) {
      found.push(cause.message);
      above = cause.message;
    }
  }
  return found;
}
