/**
 * Whether a schedule can be read, in the words of the parser that the server uses:
 * https://github.com/robfig/cron/blob/v3/parser.go
 */

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names: Readonly<Record<string, number>>;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const FIELDS: readonly Bounds[] = [
  { min: 0, max: 59, names: {} },
  { min: 0, max: 23, names: {} },
  { min: 1, max: 31, names: {} },
  { min: 1, max: 12, names: Object.fromEntries(MONTHS.map((name, index) => [name, index + 1])) },
  { min: 0, max: 6, names: Object.fromEntries(DAYS.map((name, index) => [name, index])) },
];
const DESCRIPTORS = new Set(["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"]);
const DURATION = /^[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*$/;

/** The parser's message; undefined when the schedule is fine. */
export function scheduleError(schedule: string): string | undefined {
  if (schedule === "") return "empty spec string";
  if (schedule.startsWith("@")) return descriptorError(schedule);
  const fields = schedule
    .trim()
    .split(/\s+/)
    .filter((field) => field !== "");
  if (fields.length !== FIELDS.length) {
    return `expected exactly ${FIELDS.length} fields, found ${fields.length}: [${fields.join(" ")}]`;
  }
  for (const [index, bounds] of FIELDS.entries()) {
    for (const range of (fields[index] ?? "").split(",").filter((one) => one !== "")) {
      const message = rangeError(range, bounds);
      if (message !== undefined) return message;
    }
  }
  return undefined;
}

function descriptorError(schedule: string): string | undefined {
  if (DESCRIPTORS.has(schedule)) return undefined;
  const every = "@every ";
  if (!schedule.startsWith(every)) return `unrecognized descriptor: ${schedule}`;
  const duration = schedule.slice(every.length);
  if (duration === "0" || DURATION.test(duration)) return undefined;
  return `failed to parse duration ${schedule}: time: invalid duration ${JSON.stringify(duration)}`;
}

function rangeError(range: string, bounds: Bounds): string | undefined {
  const [span = "", step, ...moreSteps] = range.split("/");
  const [low = "", high, ...moreEnds] = span.split("-");
  let start: number;
  let end: number;
  if (low === "*" || low === "?") [start, end] = [bounds.min, bounds.max];
  else {
    const from = numberOf(low, bounds.names);
    if (typeof from === "string") return from;
    if (moreEnds.length > 0) return `too many hyphens: ${range}`;
    const to = high === undefined ? from : numberOf(high, bounds.names);
    if (typeof to === "string") return to;
    [start, end] = [from, to];
  }
  if (moreSteps.length > 0) return `too many slashes: ${range}`;
  const every = step === undefined ? 1 : numberOf(step, {});
  if (typeof every === "string") return every;
  // `5/15` means from five on
  if (step !== undefined && high === undefined && low !== "*" && low !== "?") end = bounds.max;
  if (start < bounds.min) return `beginning of range (${start}) below minimum (${bounds.min}): ${range}`;
  if (end > bounds.max) return `end of range (${end}) above maximum (${bounds.max}): ${range}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${range}`;
  return every === 0 ? `step of range should be a positive number: ${range}` : undefined;
}

/** A string is the reason why it is no number. */
function numberOf(text: string, names: Readonly<Record<string, number>>): number | string {
  const named = names[text.toLowerCase()];
  if (named !== undefined) return named;
  if (!/^[+-]?\d+$/.test(text)) {
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  }
  const value = Number(text);
  return value < 0 ? `negative number (${value}) not allowed: ${text}` : value;
}
