/**
 * What tests of recipes and scripts stand on: a sandbox of their own, a clock that they move, faults on demand, a recipe
 * run as the command line would, and recorded exchanges:
 * `import { startSandbox, tryRecipe } from "kubescript/testing"`.
 */
export { type OpenClusterOptions, openCluster } from "./runtime/open-cluster.ts";
export { type RecipeOutcome, type TryRecipeOptions, tryRecipe } from "./runtime/try-recipe.ts";
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
export { createRecorder, type Recorder } from "./transport/record.ts";
export type { RecordedBody, RecordedExchange, Recording } from "./transport/recording.ts";
export { replay } from "./transport/replay.ts";
