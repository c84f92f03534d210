import type { Container } from "../../types/core-v1.ts";
import { given, type Refuse } from "./making.ts";

/** What runs in the pods of what is made. */
export interface ContainerOptions {
  /** In the place of the image's own: `["sh", "-c", "date"]`. */
  readonly command?: readonly string[] | undefined;
  /** Environment variables of every container. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** One container. */
export function containerOf(refuse: Refuse, name: string, image: unknown, options: ContainerOptions): Container {
  if (typeof image !== "string" || image.trim() === "") {
    throw refuse("it has no image", 'Say which: { image: "nginx:1.29" }.');
  }
  const { command, env = {} } = options;
  if (command !== undefined && (!Array.isArray(command) || command.some((one) => typeof one !== "string"))) {
    throw refuse("command is no list of texts", 'Write { command: ["sh", "-c", "date"] }.');
  }
  const variables = Object.entries(env).map(([key, value]) => ({ name: key, value: String(value) }));
  return {
    name,
    image,
    ...given({
      command: command === undefined || command.length === 0 ? undefined : [...command],
      env: variables.length === 0 ? undefined : variables,
    }),
  };
}

/** Names for containers of these images: their last word without tag and digest, each once. */
export function containerNames(images: readonly unknown[]): string[] {
  const names: string[] = [];
  for (const image of images) {
    const last = /[^/]*$/.exec(String(image))?.[0] ?? "";
    const plain = last
      .replace(/[@:].*$/, "")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "")
      .slice(0, 58);
    const base = plain === "" ? "container" : plain;
    let name = base;
    for (let count = 2; names.includes(name); count += 1) name = `${base}-${count}`;
    names.push(name);
  }
  return names;
}
