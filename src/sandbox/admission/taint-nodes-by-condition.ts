import { NOT_READY_TAINT } from "../model/node-taints.ts";
import { objectsAt } from "../schema/fields.ts";
import type { AdmissionPlugin } from "./admission.ts";
import { concerns } from "./forbid.ts";

/** Keeps pods off a new node until the node lifecycle controller has seen it ready. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: "TaintNodesByCondition",
  mutate(attributes) {
    const { object: node, operation } = attributes;
    if (operation !== "CREATE" || !concerns(attributes, "nodes") || node === undefined) return;
    const spec = { ...(typeof node.spec === "object" ? node.spec : {}) } as { [field: string]: unknown };
    const taints = objectsAt(spec, "taints");
    if (taints.some(({ key, effect }) => key === NOT_READY_TAINT && effect === "NoSchedule")) return;
    node.spec = { ...spec, taints: [...taints, { key: NOT_READY_TAINT, effect: "NoSchedule" }] };
  },
};
