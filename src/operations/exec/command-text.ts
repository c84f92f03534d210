import { UsageError } from "../../errors.ts";

const MAX_LENGTH = 60;

/** A command on one line of a message. */
export function commandText(command: readonly string[]): string {
  const text = command.join(" ").replace(/\s+/g, " ");
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text;
}

/** Refuses what is no list of texts: a container has no shell that would take a line apart. */
export function requireCommand(command: unknown, name: string): readonly string[] {
  const isList = isTexts(command);
  if (isList && command.length > 0 && command[0] !== "") return command;
  const what =
    typeof command === "string"
      ? "the command is one text"
      : isList || command === undefined
        ? "there is no command"
        : "it is no list of texts";
  throw new UsageError("INVALID_INPUT", `Cannot run a command in "${String(name)}": ${what}`, {
    hint: 'Give program and arguments as a list, ["ls", "-l"], or a line for a shell: ["sh", "-c", "ls | wc -l"].',
  });
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
