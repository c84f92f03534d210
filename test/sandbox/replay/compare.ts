import { load } from "js-yaml";
import { normalise, scrub } from "./normalise.ts";
import type { Answer, Exchange } from "./recording.ts";
import { isRecord, type Substitutions } from "./substitutions.ts";

const COMPARED_HEADERS = ["content-type", "warning", "retry-after"];
/** Answers about the whole server, of which only the shape can be the same. */
const WHOLE_SERVER =
  /table \/api\/v1\/namespaces$|all namespaces|table page|node table|deployment table|aggregated|livez|GET \/$|openapi\/v3$|GET \/version/;
/** Deployments whose status a controller was writing meanwhile; the topic `controllers` compares it settled. */
const BUSY_DEPLOYMENT = /^\/apis\/apps\/v1\/namespaces\/(patch|apply|hf)\//;

/**
 * How many states of a Deployment a watch sees between two depends on how the writes of the controllers and kubelets of
 * that moment met; its first and its last state are compared.
 */
const BUSY_STREAM = /^deployment events/;

/** How often a kubelet repeats a warning depends on how often it looked at the pod meanwhile. */
function withoutRepeats(events: unknown): unknown {
  const isRepeated = (one: unknown): boolean =>
    isRecord(one) && one.type === "Warning" && one.reportingComponent === "kubelet";
  return Array.isArray(events) ? events.map((one) => (isRepeated(one) ? { ...one, count: 1 } : one)) : events;
}

/**
 * The one known difference in what is said: the descriptions of a Table's built-in columns are the documentation of the real server's
 * fields, prose that is not ours; columns are compared by everything else.
 */
function withoutColumnProse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutColumnProse);
  if (!isRecord(value)) return value;
  const { columnDefinitions, ...rest } = value;
  const others = Object.fromEntries(Object.entries(rest).map(([name, child]) => [name, withoutColumnProse(child)]));
  if (!Array.isArray(columnDefinitions))
    return columnDefinitions === undefined ? others : { ...others, columnDefinitions };
  return { ...others, columnDefinitions: columnDefinitions.map((column) => ({ ...column, description: "" })) };
}

/** Where two answers to one exchange differ, each as `path: recorded … live …`; empty when they are alike. */
export function differences(exchange: Exchange, live: Answer, known: Substitutions): string[] {
  return diff(viewOf(exchange, exchange.response, known), viewOf(exchange, live, known), "");
}

function viewOf(exchange: Exchange, answer: Answer, known: Substitutions): unknown {
  const headers = Object.fromEntries(
    COMPARED_HEADERS.filter((name) => answer.headers[name] !== undefined).map((name) => [
      name,
      scrub(answer.headers[name] ?? "", known),
    ]),
  );
  if (exchange.response.stream !== undefined) {
    const events = eventsByObject(withoutColumnProse(answer.stream ?? []), known);
    return { status: answer.status, headers, events: BUSY_STREAM.test(exchange.name) ? firstAndLast(events) : events };
  }
  return { status: answer.status, headers, body: bodyView(exchange, answer, known) };
}

/** The order of events is that of one object's; objects are independent of each other. */
function eventsByObject(stream: unknown, known: Substitutions): Record<string, unknown[]> {
  const events: Record<string, unknown[]> = {};
  for (const line of Array.isArray(stream) ? stream : []) {
    const event = normalise(line, known);
    const object = isRecord(event) && isRecord(event.object) ? event.object : {};
    const metadata = isRecord(object.metadata) ? object.metadata : {};
    const [row] = Array.isArray(object.rows) ? object.rows : [];
    const [cell] = isRecord(row) && Array.isArray(row.cells) ? row.cells : [];
    const name = String(metadata.name ?? cell ?? (isRecord(event) ? event.type : "line"));
    events[name] = [...(events[name] ?? []), event];
  }
  return events;
}

function firstAndLast(events: Record<string, unknown[]>): unknown {
  return Object.fromEntries(Object.entries(events).map(([name, all]) => [name, [all[0], all.at(-1)]]));
}

function bodyView(exchange: Exchange, answer: Answer, known: Substitutions): unknown {
  const yaml = /yaml/.test(answer.headers["content-type"] ?? "") && typeof answer.body === "string";
  const body = withoutColumnProse(yaml ? load(String(answer.body)) : answer.body);
  if (WHOLE_SERVER.test(exchange.name)) return isRecord(body) ? wholeServerView(exchange, body) : undefined;
  if (typeof body === "string") return scrub(body, known);
  if (!isRecord(body)) return body;
  if (body.kind === "Deployment" && BUSY_DEPLOYMENT.test(exchange.request.path)) {
    return normalise(withoutController(body), known);
  }
  if (body.kind === "EventList") return normalise({ ...body, items: withoutRepeats(body.items) }, known);
  if (body.kind === "Scale") return normalise({ ...body, status: undefined }, known);
  return normalise(body, known);
}

function wholeServerView(exchange: Exchange, body: Record<string, unknown>): unknown {
  const shape = { kind: body.kind, apiVersion: body.apiVersion, columns: body.columnDefinitions };
  return exchange.name.startsWith("aggregated") ? { ...shape, groups: discoveredGroups(body.items) } : shape;
}

interface DiscoveredGroup {
  metadata: { name?: string };
  versions: { version: string; resources: { resource: string; subresources?: { subresource: string }[] }[] }[];
}

function discoveredGroups(items: unknown): unknown {
  return (items as DiscoveredGroup[] | undefined)?.map(({ metadata, versions }) => ({
    name: metadata.name,
    versions: versions.map(({ version, resources }) => ({
      version,
      resources: resources
        .map(({ subresources = [], ...resource }) => ({
          ...resource,
          subresources: subresources.map(({ subresource }) => subresource).sort(),
        }))
        .sort((a, b) => a.resource.localeCompare(b.resource)),
    })),
  }));
}

function withoutController(deployment: Record<string, unknown>): unknown {
  const { status: _status, metadata, ...rest } = deployment;
  const { annotations, managedFields, ...others } = metadata as {
    annotations?: Record<string, string>;
    managedFields?: { manager: string }[];
  };
  const { "deployment.kubernetes.io/revision": _revision, ...kept } = annotations ?? {};
  return {
    ...rest,
    metadata: {
      ...others,
      ...(Object.keys(kept).length === 0 ? {} : { annotations: kept }),
      managedFields: managedFields?.filter(({ manager }) => manager !== "kube-controller-manager"),
    },
  };
}

function diff(recorded: unknown, live: unknown, at: string): string[] {
  if (JSON.stringify(recorded) === JSON.stringify(live)) return [];
  const both = typeof recorded === "object" && typeof live === "object" && recorded !== null && live !== null;
  if (!both || Array.isArray(recorded) !== Array.isArray(live)) {
    return [`${at}: recorded ${abridged(recorded)} live ${abridged(live)}`];
  }
  const left = recorded as Record<string, unknown>;
  const right = live as Record<string, unknown>;
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].flatMap((name) => diff(left[name], right[name], `${at}.${name}`));
}

function abridged(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 300);
}
