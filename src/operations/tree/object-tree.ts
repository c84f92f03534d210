import { humanDuration } from "../../core/human-duration.ts";
import { inspectAsText } from "../../core/inspect-as-text.ts";
import { withoutControls } from "../../core/without-controls.ts";
import type { TreeOwner } from "./owners.ts";
import type { ObjectState } from "./state-of.ts";

/** An object in a tree, with those that it owns. */
export interface TreeNode extends ObjectState {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** When it was created, RFC 3339. */
  readonly created: string;
  /** Whether it stands in the tree more than once; its dependents are where it comes first. */
  readonly repeated: boolean;
  readonly dependents: readonly TreeNode[];
}

const COLUMNS = ["NAMESPACE", "NAME", "READY", "STATUS", "AGE"];

/** An object between its owners and its dependents. Prints as a tree. */
export class ObjectTree {
  static {
    inspectAsText(ObjectTree.prototype);
  }

  /** Who owns the root: its controller first. */
  readonly owners: readonly TreeOwner[];
  readonly root: TreeNode;
  /** What could not be read, so that dependents may be missing. */
  readonly hidden: readonly string[];
  readonly #now: number;

  /** @param now milliseconds since the epoch, for the ages that are printed */
  constructor(owners: readonly TreeOwner[], root: TreeNode, hidden: readonly string[], now: number) {
    this.owners = owners;
    this.root = root;
    this.hidden = hidden;
    this.#now = now;
  }

  toString(): string {
    const { above, others } = chain(this.owners);
    const lines = [
      COLUMNS,
      ...above.map((owner, depth) => this.#row(owner, `${indent(depth)}${ownerName(owner)}`)),
      ...this.#rows(this.root, above.length === 0 ? "" : indent(above.length), "  ".repeat(above.length)),
    ];
    const notes = [
      ...others.map((owner) => `Also owned by ${ownerName(owner)}`),
      ...this.hidden.map((one) => `Not seen: ${withoutControls(one)}`),
    ];
    return [layOut(lines), ...notes].join("\n");
  }

  #rows(node: TreeNode, lead: string, rest: string): string[][] {
    const { kind, name, dependents, repeated } = node;
    const below = dependents.flatMap((one, index) => {
      const last = index === dependents.length - 1;
      return this.#rows(one, `${rest}${last ? "└─" : "├─"}`, `${rest}${last ? "  " : "│ "}`);
    });
    return [this.#row(node, `${lead}${kind}/${name}${repeated ? " …" : ""}`), ...below];
  }

  #row({ namespace, ready, status, created }: TreeNode | TreeOwner, name: string): string[] {
    const age = created === "" ? "" : humanDuration(this.#now - Date.parse(created));
    // A custom resource may say anything of its state.
    return [namespace, name, ready, status, age].map((cell) => withoutControls(cell).replace(/\s/g, " "));
  }
}

/** The way up by the first owner of each, from the top down, and the owners beside it. */
function chain(owners: readonly TreeOwner[]): { above: TreeOwner[]; others: TreeOwner[] } {
  const [first, ...others] = owners;
  if (first === undefined) return { above: [], others: [] };
  const higher = chain(first.owners);
  return { above: [...higher.above, first], others: [...others, ...higher.others] };
}

function indent(depth: number): string {
  return depth === 0 ? "" : `${"  ".repeat(depth - 1)}└─`;
}

function ownerName({ kind, name, state }: TreeOwner): string {
  return `${kind}/${name}${state === "found" ? "" : state === "gone" ? " (gone)" : " (not seen)"}`;
}

function layOut(lines: readonly (readonly string[])[]): string {
  const widths = COLUMNS.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, index) => (cell === "" && index > 1 ? "-" : cell).padEnd(widths[index] ?? 0))
        .join("   ")
        .trimEnd(),
    )
    .join("\n");
}
