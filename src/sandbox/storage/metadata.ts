import type { ObjectMeta } from "../../core/object.ts";
import type { ApiObject } from "../model/object.ts";

/** Letters and digits that spell no word by accident. */
const SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const SUFFIX_LENGTH = 5;
const LONGEST_GENERATED_NAME = 63;

/** `prefix` and five random characters, cut so that the whole is a DNS label. */
export function generateName(prefix: string, random: () => number): string {
  let suffix = "";
  for (let count = 0; count < SUFFIX_LENGTH; count += 1) {
    suffix += SUFFIX_ALPHABET[Math.floor(random() * SUFFIX_ALPHABET.length)] ?? "";
  }
  return prefix.slice(0, LONGEST_GENERATED_NAME - SUFFIX_LENGTH) + suffix;
}

/** The object with its fields in the order in which the API server writes them, and its metadata likewise. */
export function inOrder(object: ApiObject): ApiObject {
  const { kind, apiVersion, metadata, ...rest } = object;
  return { kind, apiVersion, metadata: metadataInOrder(metadata), ...rest };
}

function metadataInOrder(metadata: ObjectMeta): ObjectMeta {
  const {
    name,
    generateName: prefix,
    namespace,
    uid,
    resourceVersion,
    generation,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    labels,
    annotations,
    ownerReferences,
    finalizers,
    managedFields,
    selfLink: _selfLink,
    ...rest
  } = metadata;
  return {
    ...(name === undefined ? {} : { name }),
    ...(isEmpty(prefix) ? {} : { generateName: prefix }),
    ...(isEmpty(namespace) ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(isEmpty(resourceVersion) ? {} : { resourceVersion }),
    ...(generation === undefined ? {} : { generation }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
    ...(labels === undefined || isEmptyMap(labels) ? {} : { labels }),
    ...(annotations === undefined || isEmptyMap(annotations) ? {} : { annotations }),
    ...(ownerReferences === undefined || ownerReferences.length === 0 ? {} : { ownerReferences }),
    ...(finalizers === undefined || finalizers.length === 0 ? {} : { finalizers }),
    ...(managedFields === undefined || managedFields.length === 0 ? {} : { managedFields }),
    ...rest,
  } as ObjectMeta;
}

function isEmpty(text: string | undefined): boolean {
  return text === undefined || text === "";
}

function isEmptyMap(map: Readonly<Record<string, string>>): boolean {
  return Object.keys(map).length === 0;
}
