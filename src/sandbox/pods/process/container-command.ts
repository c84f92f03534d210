import type { Container } from "../pod.ts";
import { isBusybox } from "./busybox.ts";

/**
 * What a container's process is to run; undefined where that is up to an image of which nothing is known: such a
 * container is simulated. Of busybox it is known: it runs the arguments, or a shell, which is worth having where
 * somebody can type to it.
 */
export function containerCommand({ command = [], args = [], image = "", stdin }: Container): string[] | undefined {
  if (command.length > 0) return [...command, ...args];
  if (!isBusybox(image)) return undefined;
  return args.length > 0 ? args : stdin === true ? ["sh"] : undefined;
}
