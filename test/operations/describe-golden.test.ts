import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import type { KubernetesObject } from "../../src/core/object.ts";
import { groupResource } from "../../src/core/path.ts";
import { labelSelectorText, matchesLabels, parseFieldSelector } from "../../src/core/selector.ts";
import { describerOf } from "../../src/operations/describe/describers.ts";
import { eventsOf, eventTable, isAbout } from "../../src/operations/describe/events.ts";
import type { Surroundings } from "../../src/operations/describe/related.ts";
import { renderLayout } from "../../src/operations/describe/render-layout.ts";
import { BUILT_IN_RESOURCES } from "../../src/types/built-in-resources.ts";

interface Recorded {
  readonly resource: string;
  readonly namespace?: string;
  readonly name: string;
  /** When kubectl was asked. */
  readonly now: string;
  readonly lines: readonly string[];
}

const { objects, descriptions } = JSON.parse(
  readFileSync(new URL("../fixtures/describe.json", import.meta.url), "utf8"),
) as { objects: KubernetesObject[]; descriptions: Recorded[] };

/** Kinds that kubectl describes without their events. */
const WITHOUT_EVENTS = ["limitranges", "resourcequotas", "roles", "clusterroles", "rolebindings"];

function resourceNamed(name: string): (typeof BUILT_IN_RESOURCES)[number] {
  return BUILT_IN_RESOURCES.find((one) => (one.name === name || groupResource(one) === name) && one.preferred)!;
}

function fieldOf(object: object, path: string): string {
  const value = path
    .split(".")
    .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], object);
  return value === undefined ? "" : String(value);
}

/** Finds what is near among the recorded objects. */
function surroundings(now: number): Surroundings {
  const stored = (resource: string, namespace?: string): KubernetesObject[] =>
    objects.filter(
      ({ kind, metadata }) =>
        kind === resourceNamed(resource).kind && (namespace === undefined || metadata?.namespace === namespace),
    );
  const near: Pick<Surroundings, "now" | "list" | "get"> = {
    now,
    list: async (resource, namespace, { labels, fields = "" } = {}) => {
      const wanted = typeof fields === "string" ? parseFieldSelector(fields) : [];
      const equal = typeof fields === "string" ? {} : fields;
      const items = stored(resource, namespace).filter(
        (one) =>
          (labelSelectorText(labels) === undefined || matchesLabels(labels!, one.metadata?.labels)) &&
          wanted.every(({ field, operator, value }) => (fieldOf(one, field) === value) === (operator === "=")) &&
          Object.entries(equal).every(([field, value]) => fieldOf(one, field) === value),
      );
      return { items: items as never[] };
    },
    get: async (resource, namespace, name) => {
      const found = stored(resource, namespace).find(({ metadata }) => metadata?.name === name);
      if (found !== undefined) return { items: [found as never] };
      return { unread: `<error: ${resource} "${name}" not found>` };
    },
  };
  return near as Surroundings;
}

beforeAll(() => {
  process.env.TZ = "UTC";
});

test.each(descriptions)(
  "$resource $name is described as kubectl does",
  async ({ resource, namespace, name, now, lines }) => {
    const found = resourceNamed(resource);
    const object = objects.find(
      ({ kind, metadata }) => kind === found.kind && metadata?.name === name && metadata.namespace === namespace,
    )!;
    const near = surroundings(Date.parse(now));
    const layouts = [await describerOf(found)(object, near)];
    if (!WITHOUT_EVENTS.includes(resource)) {
      const events = await eventsOf(near, found, namespace, name);
      if ("items" in events) layouts.push(eventTable({ items: events.items.filter(isAbout(object)) }, near.now));
    }
    expect(renderLayout(layouts)).toBe(lines.join("\n"));
  },
);
