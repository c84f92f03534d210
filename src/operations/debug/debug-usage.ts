import { UsageError } from "../../errors.ts";
import { refuseIdle } from "../shared/refuse-idle.ts";
import type { AnyDebugOptions } from "./debug.ts";

const OF_THE_END = ["stdin", "check", "maxBufferBytes"];
const OF_A_COPY = [
  ...["setImage", "sameNode", "replace", "shareProcesses"],
  ...["keepLabels", "keepAnnotations", "keepLiveness", "keepReadiness", "keepStartup", "keepInitContainers"],
];

/** Refuses options that do not go together, before anything is asked for or written. */
export function requireFitting(name: string, options: AnyDebugOptions, onNode: boolean): void {
  const action = `debug "${name}"`;
  const joined = options.terminal === true || options.attach === true;
  if (options.terminal === true) refuseIdle(action, options, OF_THE_END, "it is at your terminal");
  if (!joined) {
    const hint = "Say { attach: true } to run it to its end, or { terminal: true }.";
    refuseIdle(action, options, [...OF_THE_END, "rm"], "nothing waits for its end", hint);
  }
  // Of these, false asks for something too.
  const { shareProcesses, keepInitContainers } = options;
  const asked = {
    ...options,
    shareProcesses: shareProcesses !== undefined,
    keepInitContainers: keepInitContainers !== undefined,
  };
  if (onNode) refuseIdle(action, asked, ["copyTo", "target", ...OF_A_COPY], "that is for pods, and this is a node");
  else if (options.copyTo === undefined) {
    refuseIdle(action, asked, OF_A_COPY, "that is for a copy of the pod", 'Name the copy: { copyTo: "…" }.');
    refuseIdle(action, options, ["rm"], "a container beside the pod's own goes with the pod, and cannot be taken away");
  } else {
    const hint = "Leave it out: the containers of the copy see each other's processes.";
    refuseIdle(action, options, ["target"], "that is for a container beside the pod's own", hint);
    if (joined && options.image === undefined && options.container === undefined) {
      throw new UsageError("USAGE", `Cannot ${action} to its end: no container of the copy is named`, {
        hint: "Name one of its own, { container: … }, or bring one along, { image: … }.",
      });
    }
  }
}
