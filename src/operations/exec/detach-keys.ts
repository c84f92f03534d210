/** Docker's: https://docs.docker.com/reference/cli/docker/container/attach/#detach-keys */
const CTRL_P = 0x10;
const CTRL_Q = 0x11;

/** Finds Ctrl-P Ctrl-Q in what is typed. A Ctrl-P is held back until the next key tells what it was. */
export class DetachKeys {
  #held = false;

  /** What of the keys is the process's, up to where they say to detach. */
  read(typed: Uint8Array): { readonly keys: Uint8Array; readonly detached: boolean } {
    const keys: number[] = [];
    for (const key of typed) {
      if (this.#held && key === CTRL_Q) return { keys: Uint8Array.from(keys), detached: true };
      if (this.#held) keys.push(CTRL_P);
      this.#held = key === CTRL_P;
      if (!this.#held) keys.push(key);
    }
    return { keys: Uint8Array.from(keys), detached: false };
  }
}
