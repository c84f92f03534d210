import type { Shell } from "zx/core";
import { parseDuration } from "../core/duration.ts";
import { parseQuantity } from "../core/quantity.ts";
import { formatYaml, parseYaml, parseYamlDocuments } from "../core/yaml.ts";
import { systemTiming } from "../resources/timing.ts";
import type { Cluster } from "./cluster.ts";
import type { Log } from "./log.ts";

/** YAML as the API reads it. */
export interface Yaml {
  /** One document. */
  parse(text: string): unknown;
  /** Every document of a stream. */
  parseAll(text: string): unknown[];
  stringify(value: unknown): string;
}

/** Names in scope at the prompt, in scripts and in scheduled jobs. */
export interface Globals {
  /** The cluster. */
  k8s: Cluster;
  /** zx's `$`: sub-processes that see the session's cluster. */
  $: Shell;
  /** Lines on stderr, apart from the result. */
  log: Log;
  /** The script's arguments: `--name value` by name, words without a name in `args._`. */
  args: Readonly<Record<string, unknown>>;
  /** Aborted by Ctrl-C, a time-out or a termination. */
  signal: AbortSignal;
  /** Waits for milliseconds or a duration such as `"5s"`; ends with `signal`. */
  sleep: (time: number | string) => Promise<void>;
  yaml: Yaml;
  /** Milliseconds of `"1h30m"`, `"2d"`. */
  duration: (text: string) => number;
  /** The number behind `"500m"`, `"2Gi"`. */
  quantity: (text: string | number) => number;
}

/** What differs from run to run. */
export interface GlobalsOptions {
  readonly k8s: Cluster;
  readonly $: Shell;
  readonly log: Log;
  readonly args: Readonly<Record<string, unknown>>;
  readonly signal: () => AbortSignal;
}

/** The values of {@link Globals}; `signal` is asked for each time, so that every line of a prompt has its own. */
export function createGlobals(options: GlobalsOptions): Globals {
  const { $, log, args } = options;
  return {
    k8s: options.k8s.under(options.signal),
    $,
    log,
    args,
    get signal() {
      return options.signal();
    },
    sleep: (time) => systemTiming.sleep(typeof time === "number" ? time : parseDuration(time), options.signal()),
    yaml: { parse: parseYaml, parseAll: parseYamlDocuments, stringify: formatYaml },
    duration: parseDuration,
    quantity: parseQuantity,
  };
}

/** Puts them on the global object; each can be assigned and declared again. */
export function installGlobals(globals: Globals, target: object = globalThis): void {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(globals))) {
    Object.defineProperty(target, name, { ...descriptor, configurable: true, enumerable: false });
  }
}
