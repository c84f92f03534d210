import { refuseIdle } from "../shared/refuse-idle.ts";

const OF_THE_END = ["check", "bytes", "maxBufferBytes"];

/**
 * Refuses, for a process that is joined in one way, what only another way can do: to its end, with live streams, or at
 * the terminal.
 * @param action what for, as in `run ls in "web-0"`
 */
export function requireOneWay(
  action: string,
  options: { readonly live?: unknown; readonly terminal?: unknown; readonly stdin?: unknown },
): void {
  const { live, terminal, stdin } = options;
  const input = stdin === true ? [] : ["stdin"];
  if (terminal === true) refuseIdle(action, options, ["live", ...input, ...OF_THE_END], "it is at your terminal");
  if (live !== true) return;
  refuseIdle(action, options, input, "of a live process you write the input", "Say { stdin: true } and write to it.");
  refuseIdle(action, options, OF_THE_END, "of a live process you read the streams and the end");
}
