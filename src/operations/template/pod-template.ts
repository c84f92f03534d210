/** Where the kinds that make pods keep their pod spec, and patches that change its containers. */
import type { KubernetesObject } from "../../core/object.ts";
import { groupResource } from "../../core/path.ts";
import { record } from "../../core/record.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { WriteOptions } from "../../resources/options.ts";
import type { Container, PodSpec } from "../../types/core-v1.ts";
import { objectFor } from "../shared/object-for.ts";

const TEMPLATE = ["spec", "template", "spec"];
const PLACES: Readonly<Record<string, readonly string[]>> = {
  pods: ["spec"],
  replicationcontrollers: TEMPLATE,
  "deployments.apps": TEMPLATE,
  "daemonsets.apps": TEMPLATE,
  "statefulsets.apps": TEMPLATE,
  "replicasets.apps": TEMPLATE,
  "jobs.batch": TEMPLATE,
  "cronjobs.batch": ["spec", "jobTemplate", "spec", "template", "spec"],
};

/**
 * Which containers a change is for: those named, init containers included; undefined for all that are no init
 * containers; or all of both, among which those `named` must be.
 */
export type ContainerChoice = readonly string[] | undefined | { readonly named: readonly string[] };

/** The choice that an option `containers` makes. */
export function choiceOf(containers: string | readonly string[] | undefined): ContainerChoice {
  return typeof containers === "string" ? [containers] : containers;
}

/** What becomes of one container; undefined leaves it as it is. */
export type ContainerChange = (container: Container) => object | undefined;

/**
 * Patches the containers of an object's pod template, as a strategic merge patch: what it does not name stays.
 * @param action the words before the object's name in errors: `set the image of`
 */
export async function patchContainers<T extends KubernetesObject>(
  client: ResourceClient<T>,
  name: string,
  action: string,
  choice: ContainerChoice,
  change: ContainerChange,
  options: WriteOptions,
): Promise<T> {
  const resource = groupResource(await client.resource());
  const label = `${action} ${resource} "${name}"`;
  const place = PLACES[resource];
  if (place === undefined) {
    throw new UsageError("USAGE", `Cannot ${label}: it has no pod template`, {
      hint: `These have one: ${Object.keys(PLACES).join(", ")}.`,
    });
  }
  const object = await objectFor(client, action, name, options);
  const spec = place.reduce<unknown>((part, field) => record(part)[field], object) as PodSpec | undefined;
  const { containers = [], initContainers = [] } = spec ?? {};
  requireContainers([...containers, ...initContainers], choice, label);
  const changed = (list: readonly Container[], init: boolean): object[] =>
    list
      .filter((one) => isChosen(one.name, init, choice))
      .flatMap((one) => {
        const fields = change(one);
        return fields === undefined ? [] : [{ name: one.name, ...fields }];
      });
  const lists = { containers: changed(containers, false), initContainers: changed(initContainers, true) };
  const parts = Object.entries(lists).filter(([, list]) => list.length > 0);
  if (parts.length === 0) return object;
  const patch = place.reduceRight<object>((inner, field) => ({ [field]: inner }), Object.fromEntries(parts));
  return client.patch(name, patch, { ...options, type: "strategic" });
}

function isChosen(name: string, init: boolean, choice: ContainerChoice): boolean {
  if (choice === undefined) return !init;
  return "named" in choice || choice.includes(name);
}

function requireContainers(all: readonly Container[], choice: ContainerChoice, label: string): void {
  const names = all.map(({ name }) => name);
  const wanted = choice === undefined ? [] : "named" in choice ? choice.named : choice;
  const unknown = wanted.filter((one) => !names.includes(one));
  if (unknown.length === 0) return;
  const what = unknown.map((one) => `"${one}"`).join(", ");
  throw new UsageError("INVALID_INPUT", `Cannot ${label}: it has no container ${what}`, {
    hint: `It has ${names.join(", ")}.`,
  });
}
