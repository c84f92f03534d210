import { NOT_READY_TAINT, UNREACHABLE_TAINT } from "../model/node-taints.ts";
import type { AdmissionPlugin } from "./admission.ts";
import { concerns } from "./forbid.ts";
import { podSpecOf, type Toleration } from "./pod-spec.ts";

const TOLERATION_SECONDS = 300;
const TAINTS = [NOT_READY_TAINT, UNREACHABLE_TAINT];

/** Lets pods stay five minutes on a node that is not ready or not reachable, unless they say otherwise. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: "DefaultTolerationSeconds",
  mutate(attributes) {
    const spec = podSpecOf(attributes.object);
    const writes = attributes.operation === "CREATE" || attributes.operation === "UPDATE";
    if (!writes || !concerns(attributes, "pods") || spec === undefined) return;
    const given = spec.tolerations ?? [];
    const added = TAINTS.filter((taint) => !given.some((toleration) => tolerates(toleration, taint))).map((key) => ({
      key,
      operator: "Exists",
      effect: "NoExecute",
      tolerationSeconds: TOLERATION_SECONDS,
    }));
    if (added.length > 0) spec.tolerations = [...given, ...added];
  },
};

function tolerates({ key = "", effect = "" }: Toleration, taint: string): boolean {
  return (key === taint || key === "") && (effect === "NoExecute" || effect === "");
}
