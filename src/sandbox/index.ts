export { type RunningSandbox, type StartSandboxOptions, startSandbox } from "./listener/start-sandbox.ts";
export { type Clock, wallClock } from "./model/clock.ts";
export { type ManualClock, manualClock } from "./model/manual-clock.ts";
export { createSandbox, type Sandbox, type SandboxOptions } from "./sandbox.ts";
