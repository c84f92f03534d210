/** What goes on after the call that began it: a listener, a port-forward. */
export interface Held {
  /** Ends it and resolves when nothing of it is left. Idempotent; never rejects. */
  close(): Promise<void>;
}

/** Has the session end something when it closes; the function returned takes that back. */
export type Hold = (held: Held) => () => void;

/** No session holds it: whoever began it closes it. */
export const holdNothing: Hold = () => () => {};
