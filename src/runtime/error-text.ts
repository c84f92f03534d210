import { fileURLToPath } from "node:url";
import { inspect, styleText } from "node:util";
import { isKubescriptError } from "../errors.ts";

/** How an error is shown. */
export interface ErrorTextOptions {
  readonly color: boolean;
}

/**
 * An error for people: of our own family the message, the causes that say more, the next step, and the line of a
 * user's file that asked for it; of anything else the message with the frames of the user's code.
 */
export function errorText(error: unknown, options: ErrorTextOptions): string {
  const paint = (style: "red" | "dim", text: string): string =>
    options.color ? styleText(style, text, { validateStream: false }) : text;
  if (!(error instanceof Error)) {
    return `${paint("red", "Thrown:")} ${typeof error === "string" ? error : inspect(error, { colors: options.color })}`;
  }
  // The base of our family is a name for code; to people it says nothing.
  const name = error.name === "KubescriptError" ? "Error" : error.name;
  const lines = [`${paint("red", `${name}:`)} ${error.message}`];
  const frames = userFrames(error);
  if (isKubescriptError(error)) {
    for (const cause of causes(error)) lines.push(paint("dim", `  because: ${cause}`));
    if (error.hint !== undefined) lines.push(paint("dim", `  ${error.hint}`));
    const place = frames.find((frame) => /[\\/][^\\/]+:\d+:\d+\)?$/.test(frame));
    if (place !== undefined) lines.push(paint("dim", place));
    return lines.join("\n");
  }
  for (const frame of frames.slice(0, 6)) lines.push(paint("dim", frame.replace(/__kubescript_\w+\.?/g, "")));
  for (const cause of causes(error)) lines.push(paint("dim", `  because: ${cause}`));
  return lines.join("\n");
}

/** Where this package's modules lie; in a bundle they share one file with the user's, and there is no such folder. */
const ownFolder = /^(file:.*\/(?:dist|src)\/)[\w-]+\/[^/]+$/.exec(import.meta.url)?.[1];

/** Frames of the stack that are the user's: not Node's, a dependency's or this package's. */
function userFrames(error: Error): string[] {
  const foreign = ["node:", "node_modules", "evalmachine.<anonymous>", "(<anonymous>)"];
  if (ownFolder !== undefined) foreign.push(fileURLToPath(ownFolder));
  // A message may have lines that look like frames; the stack begins with it.
  const { stack = "", message } = error;
  const trace = stack.slice(stack.indexOf(message) + message.length);
  const frames = trace.split("\n").filter((line) => /^\s+at /.test(line));
  // Where it is in a line that was typed, is seen; and the line that runs is not quite what was typed.
  return frames.filter((frame) => !foreign.some((part) => frame.includes(part)) && !/^\s+at prompt:1:\d+$/.test(frame));
}

/** Messages of the causes that the messages above them do not hold already. */
function causes(error: Error): string[] {
  const found: string[] = [];
  let above = error.message;
  for (let cause = error.cause; cause instanceof Error && found.length < 4; cause = cause.cause) {
    // Parsers add an excerpt and the place, which the message above shows in its own way.
    const [told = ""] = cause.message.split("\n");
    if (told !== "" && !above.toLowerCase().includes(told.replace(/ \(\d+:\d+\)$/, "").toLowerCase())) {
      found.push(told);
      above = told;
    }
  }
  return found;
}
