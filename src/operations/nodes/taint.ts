/** https://github.com/kubernetes/kubectl/blob/master/pkg/cmd/taint/utils.go */
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { WriteOptions } from "../../resources/options.ts";
import type { Node, Taint } from "../../types/core-v1.ts";
import { patchOver } from "../shared/patch-over.ts";
import { eachNode, type NodeChoice } from "./chosen-nodes.ts";

export interface TaintOptions extends WriteOptions {
  /** Changes the value of a taint that is there already. Default false: another value is a UsageError. */
  readonly overwrite?: boolean | undefined;
}

/** One of kubectl's words, read. */
type TaintChange =
  | { readonly type: "set"; readonly taint: Taint }
  /** Without an effect: every taint of that key. */
  | { readonly type: "remove"; readonly key: string; readonly effect: string | undefined };

const EFFECTS: readonly string[] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/** Sets and removes taints of nodes: of one by its name it gives that, else all of them. */
export async function taint(
  nodes: ResourceClient<Node>,
  choice: NodeChoice,
  changes: string | readonly string[],
  options: TaintOptions = {},
): Promise<Node | Node[]> {
  if (typeof choice === "string") return taintNode(nodes, choice, changes, options);
  return eachNode(nodes, { action: "taint", done: "tainted" }, choice, options.signal, (name) =>
    taintNode(nodes, name, changes, options),
  );
}

async function taintNode(
  nodes: ResourceClient<Node>,
  name: string,
  changes: string | readonly string[],
  options: TaintOptions,
): Promise<Node> {
  const { overwrite = false, ...write } = options;
  const label = `taint node "${name}"`;
  const wanted = [changes].flat().map((word) => parseTaint(word, label));
  if (wanted.length === 0) throw new UsageError("INVALID_INPUT", `Cannot ${label}: no taint is given`, { hint: HINT });
  return patchOver(
    nodes,
    "taint",
    name,
    ({ spec }) => {
      const present = spec?.taints ?? [];
      const taints = wanted.reduce((list, change) => changed(list, change, overwrite, label), present);
      if (taints === present) return undefined;
      // What is new stands first, as kubectl has it.
      const inOrder = [
        ...taints.filter((one) => !present.includes(one)),
        ...taints.filter((one) => present.includes(one)),
      ];
      return { spec: { taints: inOrder.length === 0 ? null : inOrder } };
    },
    write,
  );
}

function changed(taints: Taint[], change: TaintChange, overwrite: boolean, label: string): Taint[] {
  if (change.type === "remove") {
    const { key, effect } = change;
    const rest = taints.filter((one) => one.key !== key || (effect !== undefined && one.effect !== effect));
    if (rest.length < taints.length) return rest;
    const which = effect === undefined ? key : `${key}:${effect}`;
    const has = taints.map((one) => `${one.key}:${one.effect}`).join(", ");
    throw new UsageError("INVALID_INPUT", `Cannot ${label}: it has no taint ${which} to remove`, {
      hint: has === "" ? "It has no taints." : `It has ${has}.`,
    });
  }
  const { key, effect, value = "" } = change.taint;
  const index = taints.findIndex((one) => one.key === key && one.effect === effect);
  if (index < 0) return [...taints, change.taint];
  const { value: current = "" } = taints[index] ?? {};
  if (current === value) return taints;
  if (!overwrite) {
    throw new UsageError("USAGE", `Cannot ${label}: it has ${key}:${effect} with value "${current}" already`, {
      hint: "Say { overwrite: true } to change it.",
    });
  }
  return taints.with(index, change.taint);
}

const HINT = `Write "key=value:EFFECT" or "key:EFFECT" to set one, "key-" or "key:EFFECT-" to remove it; EFFECT is ${EFFECTS.join(", ")}.`;

/** @param label the action and its object, for errors */
function parseTaint(word: string, label: string): TaintChange {
  const [, key = "", value, effect, removes = ""] = /^([^=:]+?)(?:=([^:]*))?(?::([^:]+?))?(-)?$/.exec(word) ?? [];
  const known = effect === undefined || EFFECTS.includes(effect);
  // The value of one that is removed does not matter, as kubectl has it.
  if (key !== "" && known && removes === "-" && (value === undefined || effect !== undefined)) {
    return { type: "remove", key, effect };
  }
  if (key !== "" && known && removes === "" && effect !== undefined) {
    const given = value === undefined || value === "" ? {} : { value };
    return { type: "set", taint: { key, ...given, effect: effect as Taint["effect"] } };
  }
  const why = known ? "is not a taint" : `has no effect that exists: ${effect}`;
  throw new UsageError("INVALID_INPUT", `Cannot ${label}: "${word}" ${why}`, { hint: HINT });
}
