import { parseDuration } from "../../core/duration.ts";
import { resolveName } from "../../core/names.ts";
import type { KubernetesObject } from "../../core/object.ts";
import { groupResource, parseGroupVersion } from "../../core/path.ts";
import type { SelectorOptions } from "../../core/requests.ts";
import type { ApiResource } from "../../core/resource.ts";
import { fieldSelectorText } from "../../core/selector.ts";
import { Discovery } from "../../discovery/discovery.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import { scopeOf } from "../../resources/scope.ts";
import { refuseMisspelledSelectors } from "../../resources/selection.ts";
import { BUILT_IN_RESOURCES } from "../../types/built-in-resources.ts";
import type { Event } from "../../types/core-v1.ts";
import { sibling } from "../shared/siblings.ts";
import { lastSeen } from "./event-times.ts";

/** Offered by editors; any other text is read, and refused where there is no such type. */
type EventType = "Normal" | "Warning" | (string & Record<never, never>);

/** Which events. */
export interface EventOptions extends CallScope, SelectorOptions {
  /** Those about one object: `"pod/web-0"`, `"deploy/web"`, `"widgets.example.com/one"`, or the object itself. */
  readonly for?: string | KubernetesObject | undefined;
  /** `"Warning"`, `"Normal"`; in a text in any case, several with commas. Default both. */
  readonly types?: EventType | readonly EventType[] | undefined;
  /** Only those that were seen last within a duration: `"10m"`. Default all that the server keeps, an hour's. */
  readonly since?: string | undefined;
}

/** Where and how events are asked for, and which of the answers count. */
export interface EventSelection {
  readonly events: ResourceClient<Event>;
  readonly select: SelectorOptions;
  readonly everywhere: boolean;
  matches(event: Event): boolean;
}

/** What an event may be about. */
export interface EventSubject {
  readonly kind: string;
  readonly group: string;
  readonly name: string;
  readonly namespaced: boolean;
  /** Where it is, when that is known. */
  readonly namespace?: string | undefined;
}

const TYPES = ["Normal", "Warning"];

/** Reads the options. Throws UsageError for a type that does not exist, and for an object that cannot be told. */
export async function eventSelection<T extends KubernetesObject>(
  client: ResourceClient<T>,
  options: EventOptions,
  known?: EventSubject,
): Promise<EventSelection> {
  const resource = await client.resource();
  if (known === undefined && resource.name !== "events") {
    throw new UsageError(
      "USAGE",
      `Cannot list or follow events by ${groupResource(resource)}: only k8s.events has that`,
      {
        hint: `Of one object: .events("NAME"), or k8s.events.follow({ for: "${resource.name}/NAME" }); of all: k8s.events.recent().`,
      },
    );
  }
  refuseMisspelledSelectors(resource, options);
  const types = typesOf(options.types);
  const since = options.since === undefined ? undefined : client.timing.now() - parseDuration(options.since);
  const about = known ?? (options.for === undefined ? undefined : await subjectOf(client, options.for));
  const namespace = namespaceOf(client, options, about);
  const own = about === undefined ? [] : [`involvedObject.kind=${about.kind}`, `involvedObject.name=${about.name}`];
  const fields = [...own, fieldSelectorText(options.fields)].filter((one) => one !== undefined).join(",");
  return {
    events: sibling<Event>(client, "events", namespace),
    select: { labels: options.labels, fields: fields === "" ? undefined : fields },
    everywhere: namespace === "*",
    matches: (event) =>
      (types === undefined || types.includes(event.type ?? "")) &&
      (since === undefined || lastSeen(event) >= since) &&
      (about === undefined || isAbout(event, about)),
  };
}

function typesOf(types: string | readonly string[] | undefined): string[] | undefined {
  if (types === undefined) return undefined;
  return (typeof types === "string" ? types.split(",") : types).map((given) => {
    const type = TYPES.find((one) => one.toLowerCase() === given.trim().toLowerCase());
    if (type !== undefined) return type;
    throw new UsageError("INVALID_INPUT", `Cannot select events: there is no type ${JSON.stringify(given)}`, {
      hint: `There are ${TYPES.join(" and ")}.`,
    });
  });
}

/** Events about what has no namespace are kept in `default`. */
function namespaceOf<T extends KubernetesObject>(
  client: ResourceClient<T>,
  options: EventOptions,
  about: EventSubject | undefined,
): string {
  const scope = scopeOf(client.scope, options.namespace);
  if (about?.namespace !== undefined && options.namespace === undefined) return about.namespace;
  if (scope.type === "everywhere") return "*";
  return about?.namespaced === false && options.namespace === undefined ? "default" : scope.namespace;
}

async function subjectOf<T extends KubernetesObject>(
  client: ResourceClient<T>,
  given: string | KubernetesObject,
): Promise<EventSubject> {
  if (typeof given !== "string") {
    const { kind, apiVersion = "v1", metadata } = given;
    if (kind === undefined || metadata?.name === undefined) {
      throw new UsageError("INVALID_INPUT", "Cannot select events: the object in `for` has no kind or no name");
    }
    const { namespace, name } = metadata;
    return { kind, group: parseGroupVersion(apiVersion).group, name, namespaced: namespace !== undefined, namespace };
  }
  const [type = "", name = "", ...more] = given.split("/");
  if (type === "" || name === "" || more.length > 0) {
    throw new UsageError("INVALID_INPUT", `Cannot select events: ${JSON.stringify(given)} names no object`, {
      hint: 'Write TYPE/NAME, as in { for: "pod/web-0" }.',
    });
  }
  return eventSubject(await resourceOf(client, type), name);
}

/** An object of a resource, as events name it. */
export function eventSubject(resource: ApiResource, name: string): EventSubject {
  const { kind, group, namespaced } = resource;
  return { kind, group, name, namespaced };
}

/** Only what is not built in is looked up at the server. */
async function resourceOf<T extends KubernetesObject>(client: ResourceClient<T>, name: string): Promise<ApiResource> {
  const builtIn = resolveName(name, BUILT_IN_RESOURCES);
  return builtIn.type === "found" ? builtIn.resource : new Discovery(client.transport).resolve(name);
}

/** The same kind of another group is another thing; a version is not, and some sources leave both out. */
function isAbout({ involvedObject }: Event, { kind, name, group }: EventSubject): boolean {
  if (involvedObject.kind !== kind || involvedObject.name !== name) return false;
  const { apiVersion = "" } = involvedObject;
  return apiVersion === "" || (apiVersion.includes("/") ? apiVersion.replace(/\/.*$/, "") : "") === group;
}
