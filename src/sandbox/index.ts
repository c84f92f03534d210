/** The embedded API server, for tests and for play: `import { startSandbox } from "kubescript/sandbox"`. */
export type { Break, Fault, FaultOptions, InjectedFault, RequestMatch } from "./faults/fault.ts";
export type { Faults } from "./faults/faults.ts";
export { type RunningSandbox, type StartSandboxOptions, startSandbox } from "./listener/start-sandbox.ts";
export { type Clock, wallClock } from "./model/clock.ts";
export { type ManualClock, manualClock } from "./model/manual-clock.ts";
export type { UserInfo } from "./model/user.ts";
export type { NodeSpec } from "./pods/node.ts";
export { createSandbox, type Sandbox, type SandboxOptions } from "./sandbox.ts";
export type { SeedObject } from "./starter/load-objects.ts";
export type { DeleteOptions, Registry, WriteOptions } from "./storage/registry.ts";
