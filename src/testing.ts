/**
 * What tests of recipes and scripts stand on: a sandbox of their own, a clock that they move, and faults on demand:
 * `import { startSandbox, manualClock } from "kubescript/testing"`.
 */
export {
  type Break,
  type Clock,
  createSandbox,
  type DeleteOptions,
  type Fault,
  type FaultOptions,
  type Faults,
  type InjectedFault,
  type ManualClock,
  manualClock,
  type NodeSpec,
  type Registry,
  type RequestMatch,
  type RunningSandbox,
  type Sandbox,
  type SandboxOptions,
  type StartSandboxOptions,
  startSandbox,
  type UserInfo,
  type WriteOptions,
  wallClock,
} from "./sandbox/index.ts";
