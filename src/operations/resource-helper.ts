import type { KubernetesObject, UnknownObject } from "../core/object.ts";
import type { SelectorOptions } from "../core/requests.ts";
import type { ResourceClient } from "../resources/client.ts";
import type { ResourceList } from "../resources/list.ts";
import { requireName } from "../resources/scope.ts";
import type { Event } from "../types/core-v1.ts";
import type { DescribeOptions } from "./describe/describe.ts";
import type { EventOptions } from "./events/event-selection.ts";
import { NodeVerbs } from "./helper/node-verbs.ts";
import type { KeyChanges, LabelOptions } from "./label/label.ts";
import { LiveStream } from "./shared/live-stream.ts";
import type { ObjectTree } from "./tree/object-tree.ts";
import type { TreeOptions } from "./tree/tree.ts";
import type { WaitOptions } from "./wait/wait.ts";
import type { WaitFor } from "./wait/wait-condition.ts";

/**
 * What `k8s.pods` is: a resource's client with the operations that stand on it, each loaded when it is used. Those of
 * pods, workloads and nodes are in `helper/`; here are the ones of any object.
 */
export class ResourceHelper<T extends KubernetesObject = UnknownObject> extends NodeVerbs<T> {
  /**
   * An object for people, as `kubectl describe` lays it out: its fields, what belongs to it (a Deployment's ReplicaSets, a
   * node's pods, the endpoints behind a Service) and its events; a text of lines, the last one ended too. Where no
   * object has the name, those whose names begin so; with selectors or nothing, those of the scope. Events stand at the end
   * where one object is described, or as `showEvents` says. No value of a Secret is shown, and what may not be read is said
   * in its place. https://kubernetes.io/docs/reference/kubectl/generated/kubectl_describe/
   *
   * @example
   * await k8s.pods.describe("web-0");
   * await k8s.deployments.describe({ labels: { app: "web" }, showEvents: true });
   * await k8s.resource("widgets.example.com").describe(["a", "b"]);
   */
  describe(names: string | readonly string[], options?: DescribeOptions): Promise<string>;
  describe(options?: DescribeOptions): Promise<string>;
  async describe(
    ...given: [which?: string | readonly string[] | DescribeOptions, options?: DescribeOptions]
  ): Promise<string> {
    const [which, options = {}] = given;
    const named = typeof which === "string" || Array.isArray(which);
    const chosen = named ? options : ((which ?? {}) as DescribeOptions);
    // Asked for at once: at a prompt, the next line has another.
    const signal = this.signalFor(chosen.signal);
    // A variable that was never set is no name, and does not stand for all.
    if (given.length > 0 && !named && !which) requireName(await this.resource(), "describe", which);
    const { describe } = await import("./describe/describe.ts");
    return describe(this, named ? (which as string | readonly string[]) : undefined, { ...chosen, signal });
  }

  /**
   * Waits for an object to reach a condition and returns it in that state, undefined when it was to be gone. Conditions
   * are the values of `k8s.conditions` (also exported from the package), which `all`, `any` and `not` compose; a function
   * of the object; or kubectl's text for `--for`. Default time limit 30 s. Throws TIMEOUT, or WAIT_FAILED as soon as the
   * condition can no longer come true; both say why, by the states of containers and the newest warnings.
   *
   * Of several objects, named or chosen by selectors, each has to reach it: over one watch, and the array of them is
   * returned. Those that selectors choose may come and go meanwhile; where none matches, that is WAIT_FAILED, unless it
   * is `deleted` or begins with `exists`. On a dry-run handle and in a plan, where nothing comes about, it looks at the
   * present state and goes on.
   * https://kubernetes.io/docs/reference/kubectl/generated/kubectl_wait/
   *
   * @example
   * const { all, any, complete, condition, exists, ready } = k8s.conditions;
   * await k8s.pods.wait("web-0", all(exists, ready), { timeoutMs: 60_000 });
   * await k8s.jobs.wait("migrate", any(complete, condition("Suspended")));
   * await k8s.pods.wait({ labels: { app: "web" } }, (pod) => pod?.status?.phase === "Running");
   */
  wait(name: string, condition: WaitFor<T>, options?: WaitOptions): Promise<T | undefined>;
  wait(which: readonly string[] | SelectorOptions, condition: WaitFor<T>, options?: WaitOptions): Promise<T[]>;
  async wait(
    which: string | readonly string[] | SelectorOptions,
    condition: WaitFor<T>,
    options: WaitOptions = {},
  ): Promise<T | T[] | undefined> {
    // Asked for at once: at a prompt, the next line has another.
    const signal = this.signalFor(options.signal);
    const { waitForAll, waitForOne } = await import("./wait/wait.ts");
    if (typeof which === "string") return waitForOne<T>(this, which, condition, { ...options, signal });
    const selection = Array.isArray(which) ? { names: which as readonly string[] } : (which as SelectorOptions);
    const group = { client: this, selection, namespace: options.namespace };
    return waitForAll<T>([group], condition, { ...options, signal });
  }

  /**
   * Sets and removes labels as `kubectl label` does: a value that is there already is only changed with `overwrite`.
   *
   * @example
   * await k8s.pods.label("web-0", ["tier=front", "canary-"], { overwrite: true });
   */
  async label(name: string, changes: KeyChanges, options: LabelOptions = {}): Promise<T> {
    const { changeKeys } = await import("./label/label.ts");
    return changeKeys<T>(this, name, "labels", changes, options);
  }

  /**
   * Sets and removes annotations as `kubectl annotate` does; see {@link label}.
   *
   * @example
   * await k8s.deployments.annotate("web", { "kubernetes.io/change-cause": "new logo" }, { overwrite: true });
   */
  async annotate(name: string, changes: KeyChanges, options: LabelOptions = {}): Promise<T> {
    const { changeKeys } = await import("./label/label.ts");
    return changeKeys<T>(this, name, "annotations", changes, options);
  }

  /**
   * The events about one object, oldest first, as `kubectl events --for` lists them; also of one that is gone. `types`
   * and `since` choose among them.
   *
   * @example
   * await k8s.pods.events("web-0", { types: "Warning" });
   */
  async events(name: string, options: Omit<EventOptions, "for"> = {}): Promise<ResourceList<Event>> {
    const { eventsOf } = await import("./events/recent.ts");
    return eventsOf(this, name, options);
  }

  /**
   * Events in the order in which they were seen last, `kubectl events`: `for` one object, of some `types`, `since` a while.
   * Only `k8s.events` has it.
   * https://kubernetes.io/docs/reference/kubectl/generated/kubectl_events/
   *
   * @example
   * await k8s.events.recent({ for: "deploy/web", types: "Warning", since: "10m" });
   */
  async recent(options: EventOptions = {}): Promise<ResourceList<Event>> {
    const { recentEvents } = await import("./events/recent.ts");
    return recentEvents(this, options);
  }

  /**
   * The events that there are, oldest first, then each as it comes or recurs, `kubectl events --watch`: every occurrence
   * once, over lost connections too. Goes on until the loop is left or the signal. Only `k8s.events` has it.
   *
   * @example
   * for await (const { reason, message } of k8s.everywhere.events.follow({ types: "Warning", since: "1m" })) log(reason, message);
   */
  follow(options: EventOptions = {}): LiveStream<Event> {
    const outer = this.signalFor(options.signal);
    const helper: ResourceClient<T> = this;
    const events = async function* (signal: AbortSignal): AsyncGenerator<Event[], void, undefined> {
      const { followEvents } = await import("./events/follow.ts");
      for await (const event of followEvents(helper, { ...options, signal })) yield [event];
    };
    return new LiveStream(events, outer);
  }

  /**
   * An object with who owns it and what it owns, as the plugin `kubectl tree` shows it: by the owner references of every
   * resource that the server lists. Prints as a tree, with states and ages; `root` and `owners` are the data. What we may
   * not list is left out and named in `hidden`.
   *
   * https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/
   *
   * @example
   * await k8s.deployments.tree("web");
   * await k8s.pods.tree("web-5d4f-x2x", { fromTop: true });
   */
  async tree(name: string, options: TreeOptions = {}): Promise<ObjectTree> {
    // Asked for at once: at a prompt, the next line has another.
    const signal = this.signalFor(options.signal);
    const { tree } = await import("./tree/tree.ts");
    return tree(this, name, { ...options, signal });
  }
}
