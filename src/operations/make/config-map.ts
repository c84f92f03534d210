import type { ConfigMap } from "../../types/core-v1.ts";
import { base64Of, contentHash, type KeyData, mergedData, textOf } from "./key-data.ts";
import { type MakeOptions, making, metadataFor } from "./making.ts";

export interface MakeConfigMapOptions extends MakeOptions {
  /** Texts or bytes by key; of several sources no two may have the same key. Default none. */
  readonly data?: KeyData | readonly KeyData[] | undefined;
  /** Appends a hash of the content to the name. Default false. */
  readonly appendHash?: boolean | undefined;
}

export function makeConfigMap(name: string, options: MakeConfigMapOptions = {}): ConfigMap {
  const refuse = making("ConfigMap", name, options, ["data", "appendHash"]);
  const texts: [string, string][] = [];
  const bytes: [string, string][] = [];
  for (const [key, value] of mergedData(refuse, options.data)) {
    const text = textOf(value);
    if (text === undefined) bytes.push([key, base64Of(value)]);
    else texts.push([key, text]);
  }
  const data = Object.fromEntries(texts);
  const binary = bytes.length === 0 ? {} : { binaryData: Object.fromEntries(bytes) };
  const hash = (): string => contentHash({ kind: "ConfigMap", name, data, ...binary });
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadataFor(options.appendHash === true ? `${name}-${hash()}` : name, options),
    ...(texts.length === 0 ? {} : { data }),
    ...binary,
  };
}
