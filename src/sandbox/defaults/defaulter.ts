import type { ApiObject } from "../model/object.ts";

/** Fills in, in place, what a kind's author leaves to the server. */
export type Defaulter = (object: ApiObject) => void;

/** Defaulters of one group by kind. */
export type GroupDefaults = Readonly<Record<string, Defaulter>>;
