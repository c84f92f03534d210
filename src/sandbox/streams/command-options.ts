import type { ExecOptions } from "../model/container-access.ts";
import { flag } from "./log-options.ts";
import { TextRefusal } from "./refusal.ts";

/** The query of `pods/exec` and `pods/attach`, decoded. */
export interface CommandOptions extends ExecOptions {
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/** Throws what the kubelet answers when no stream is asked for. */
export function commandOptions(query: URLSearchParams): CommandOptions {
  const tty = flag(query, "tty");
  const stdin = flag(query, "stdin");
  const stdout = flag(query, "stdout");
  // A terminal has one output.
  const stderr = flag(query, "stderr") && !tty;
  if (!stdin && !stdout && !stderr) throw new TextRefusal(400, "you must specify at least 1 of stdin, stdout, stderr");
  return { command: query.getAll("command"), tty, stdin, stdout, stderr };
}

/** The ports of `pods/portforward`: `ports=80&ports=81,82`. Throws what the kubelet answers when they cannot be read. */
export function forwardedPorts(query: URLSearchParams): number[] {
  const texts = query.getAll("ports").flatMap((text) => text.split(","));
  if (texts.length === 0) throw new TextRefusal(400, 'query parameter "port" is required');
  return texts.map((text) => {
    const port = Number(text);
    if (!/^[0-9]+$/.test(text) || port < 1 || port > 65535) {
      throw new TextRefusal(400, `unable to parse ${JSON.stringify(text)} as a port`);
    }
    return port;
  });
}
