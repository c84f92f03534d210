import { EVENT_ID, type Event, getScalarValue, parseEvents } from "js-yaml";

/**
 * The line (from 1) on which the value at a path stands in a YAML text: `["clusters", 0, "cluster", "server"]`.
 * Where the path leaves the text, the line of the last step that is there. Used for messages only: errors found
 * after parsing still name their line.
 */
export function yamlLine(text: string, path: readonly (string | number)[]): number {
  const events = parseEvents(text, {});
  const cursor = { index: 0 };
  while (events[cursor.index]?.type === EVENT_ID.DOCUMENT) cursor.index += 1;
  const offset = locate(text, events, cursor, path) ?? 0;
  return text.slice(0, offset).split("\n").length;
}

type Cursor = { index: number };

/** The offset of the node that a path leads to, starting at the node under the cursor. */
function locate(text: string, events: Event[], cursor: Cursor, path: readonly (string | number)[]): number | undefined {
  const event = events[cursor.index];
  const here = startOf(event);
  const [step, ...rest] = path;
  if (event === undefined || step === undefined) return here;
  cursor.index += 1;
  if (event.type === EVENT_ID.MAPPING) {
    while (!ends(events[cursor.index])) {
      const key = events[cursor.index];
      const name = key?.type === EVENT_ID.SCALAR ? getScalarValue(text, key) : undefined;
      const keyOffset = startOf(key);
      skip(events, cursor);
      if (name === step) return rest.length === 0 ? keyOffset : locate(text, events, cursor, rest);
      skip(events, cursor);
    }
  }
  if (event.type === EVENT_ID.SEQUENCE) {
    for (let position = 0; !ends(events[cursor.index]); position += 1) {
      if (position === step) return locate(text, events, cursor, rest);
      skip(events, cursor);
    }
  }
  return here;
}

/** Moves the cursor past one whole node. */
function skip(events: Event[], cursor: Cursor): void {
  let depth = 0;
  do {
    const type = events[cursor.index]?.type;
    cursor.index += 1;
    if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth += 1;
    if (type === EVENT_ID.POP) depth -= 1;
  } while (depth > 0);
}

function ends(event: Event | undefined): boolean {
  return event === undefined || event.type === EVENT_ID.POP;
}

function startOf(event: Event | undefined): number | undefined {
  if (event === undefined) return undefined;
  if (event.type === EVENT_ID.SCALAR) return event.valueStart;
  if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) return event.start;
  return undefined;
}
