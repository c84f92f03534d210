/** `sleep`'s argument in milliseconds: `5`, `0.5`, `2m`, `infinity`. Undefined when it is none. */
export function sleepMs(argument: string): number | undefined {
  if (argument === "infinity" || argument === "inf") return Number.POSITIVE_INFINITY;
  const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(argument);
  if (match === null) return undefined;
  const unit = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 }[match[2] ?? ""] ?? 1;
  return Number(match[1]) * unit * 1000;
}

/** What `echo` prints; busybox's knows `-n` and `-e`. */
export function echo(args: readonly string[]): string {
  const words = [...args];
  let newline = true;
  let escapes = false;
  while (/^-[ne]+$/.test(words[0] ?? "")) {
    const flag = words.shift() ?? "";
    newline &&= !flag.includes("n");
    escapes ||= flag.includes("e");
  }
  const text = words.join(" ");
  return `${escapes ? unescapeText(text) : text}${newline ? "\n" : ""}`;
}

/** `printf FORMAT ARGS…` with `%s`, `%d` and `%%`; the format is used again while arguments remain. */
export function printf(args: readonly string[]): string {
  const [format = "", ...rest] = args;
  let text = "";
  do {
    text += unescapeText(format).replace(/%([-0]?\d*)([sdi%])/g, (_all, width: string, kind: string) => {
      if (kind === "%") return "%";
      const value = rest.shift() ?? "";
      const shown = kind === "s" ? value : String(Number.parseInt(value, 10) || 0);
      const columns = Number(width.replace("-", "")) || 0;
      return width.startsWith("-") ? shown.padEnd(columns) : shown.padStart(columns, width.startsWith("0") ? "0" : " ");
    });
  } while (rest.length > 0 && /%[-0]?\d*[sdi]/.test(format));
  return text;
}

function unescapeText(text: string): string {
  const simple: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\\": "\\", a: "\x07", b: "\b" };
  return text.replace(/\\([ntrab\\])/g, (_all, letter: string) => simple[letter] ?? "");
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `date`, in UTC as in containers: `Sat Nov 21 02:30:00 UTC 2026`, or by `+FORMAT`. */
export function date(args: readonly string[], ms: number): string {
  const time = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, "0");
  const format = args.find((arg) => arg.startsWith("+"))?.slice(1) ?? (args.includes("-Is") ? "%FT%T+00:00" : "%c");
  const fields: Readonly<Record<string, string>> = {
    Y: String(time.getUTCFullYear()),
    m: two(time.getUTCMonth() + 1),
    d: two(time.getUTCDate()),
    H: two(time.getUTCHours()),
    M: two(time.getUTCMinutes()),
    S: two(time.getUTCSeconds()),
    F: time.toISOString().slice(0, 10),
    T: time.toISOString().slice(11, 19),
    s: String(Math.floor(ms / 1000)),
    N: `${String(ms % 1000).padStart(3, "0")}000000`,
    Z: "UTC",
    z: "+0000",
    "%": "%",
    c: `${DAYS[time.getUTCDay()]} ${MONTHS[time.getUTCMonth()]} ${String(time.getUTCDate()).padStart(2)} ${time.toISOString().slice(11, 19)} UTC ${time.getUTCFullYear()}`,
  };
  return `${format.replace(/%(.)/g, (all, letter: string) => fields[letter] ?? all)}\n`;
}

/** `test`, `[ … ]`: does the condition hold? Files never exist. */
export function test(args: readonly string[]): boolean {
  if (args[0] === "!") return !test(args.slice(1));
  const [a = "", operator, b = ""] = args;
  if (args.length <= 1) return a !== "";
  if (args.length === 2) return a === "-n" ? operator !== "" : a === "-z" ? operator === "" : false;
  const numbers = [Number(a), Number(b)] as const;
  switch (operator) {
    case "=":
    case "==":
      return a === b;
    case "!=":
      return a !== b;
    case "-eq":
      return numbers[0] === numbers[1];
    case "-ne":
      return numbers[0] !== numbers[1];
    case "-lt":
      return numbers[0] < numbers[1];
    case "-le":
      return numbers[0] <= numbers[1];
    case "-gt":
      return numbers[0] > numbers[1];
    case "-ge":
      return numbers[0] >= numbers[1];
    default:
      return false;
  }
}

export function seq(args: readonly string[]): string {
  const numbers = args.map(Number);
  const [first, step, last] =
    numbers.length === 1 ? [1, 1, numbers[0]] : numbers.length === 2 ? [numbers[0], 1, numbers[1]] : numbers;
  let text = "";
  let left = 10_000;
  const by = step === undefined || step === 0 ? 1 : step;
  for (let value = first ?? 1; (by > 0 ? value <= (last ?? 0) : value >= (last ?? 0)) && left-- > 0; value += by) {
    text += `${value}\n`;
  }
  return text;
}
