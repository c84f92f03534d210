/** The user's terminal while a remote process has it: what is typed goes there byte for byte, Ctrl-C too. */
export interface LentTerminal {
  /** In characters, at this moment. */
  readonly columns: number;
  readonly rows: number;
  /** Read once. */
  readonly input: AsyncIterable<Uint8Array>;
  /** Resolves when more may be written. */
  write(chunk: Uint8Array | string): Promise<void>;
  /** Told when the size has changed; the function returned ends that. */
  onResize(listener: () => void): () => void;
  /** Gives it back as it was. Idempotent. */
  giveBack(): void;
}

/** Lends the terminal; undefined where there is none (a pipe, a Job in the cluster). */
export type LendTerminal = () => LentTerminal | undefined;

/** There is none. */
export const lendNoTerminal: LendTerminal = () => undefined;
