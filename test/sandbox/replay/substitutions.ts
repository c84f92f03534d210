/** What is another value at every server (uids, versions, generated names, tokens), learnt from the answers. */
export class Substitutions {
  readonly #live = new Map<string, string>();

  /** The live value for a recorded one. */
  get(recorded: string): string | undefined {
    return this.#live.get(recorded);
  }

  learn(recorded: string, live: string): void {
    if (recorded.length > 1 && recorded !== live) this.#live.set(recorded, live);
  }

  /** Walks a recorded answer and its live counterpart side by side. */
  learnFrom(recorded: unknown, live: unknown, key = ""): void {
    if (Array.isArray(recorded) && Array.isArray(live)) {
      for (const [index, item] of recorded.entries()) if (index < live.length) this.learnFrom(item, live[index], key);
    } else if (isRecord(recorded) && isRecord(live)) {
      for (const [name, value] of Object.entries(recorded)) if (name in live) this.learnFrom(value, live[name], name);
    } else if (typeof recorded === "string" && typeof live === "string" && isVolatile(key, recorded, live)) {
      this.learn(recorded, live);
    }
  }

  /** Live names within a text; short values are too likely to stand for something else. */
  inText(text: string): string {
    let result = text;
    for (const [recorded, live] of this.#live) {
      if (recorded.length > 5 && result.includes(recorded)) result = result.split(recorded).join(live);
    }
    return result;
  }

  inBody(value: unknown, key = ""): unknown {
    if (typeof value === "string") return key === "resourceVersion" ? (this.get(value) ?? value) : this.inText(value);
    if (Array.isArray(value)) return value.map((item) => this.inBody(item));
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, this.inBody(child, name)]));
  }

  inPath(target: string): string {
    const [path = "", query] = target.split("?");
    if (query === undefined) return this.inText(path);
    const parameters = query.split("&").map((parameter) => {
      const [name = "", value = ""] = parameter.split("=");
      const live = this.get(decodeURIComponent(value));
      const replaced = live !== undefined && (name === "continue" || name === "resourceVersion");
      return replaced ? `${name}=${encodeURIComponent(live)}` : parameter;
    });
    return `${this.inText(path)}?${parameters.join("&")}`;
  }
}

function isVolatile(key: string, recorded: string, live: string): boolean {
  if (["uid", "continue", "resourceVersion", "pod-template-hash"].includes(key)) return true;
  const named = key === "name" || key === "generateName";
  return named && recorded !== live && /-[a-z0-9]*[a-z0-9]{4}$/.test(recorded) && recorded.lastIndexOf("-") > 0;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
