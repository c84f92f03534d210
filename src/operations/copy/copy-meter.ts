import type { ResourceClient } from "../../resources/client.ts";
import { bytesText, type CopyProgress, type CopyTally } from "./copy-report.ts";

/** The line is drawn no more often. */
const DRAW_MS = 100;

/** Shows how far a copy is, on a terminal and to the caller. */
export class CopyMeter {
  readonly #pods: Pick<ResourceClient, "timing" | "showProgress">;
  readonly #task: ReturnType<ResourceClient["showProgress"]>;
  readonly #tally: CopyTally;
  readonly #onProgress: ((progress: CopyProgress) => void) | undefined;
  readonly #began: number;
  #drawn = 0;
  /** Of all files, where that is known. */
  totalBytes: number | undefined;

  constructor(
    pods: Pick<ResourceClient, "timing" | "showProgress">,
    title: string,
    tally: CopyTally,
    onProgress: ((progress: CopyProgress) => void) | undefined,
  ) {
    this.#pods = pods;
    this.#task = pods.showProgress(title);
    this.#tally = tally;
    this.#onProgress = onProgress;
    this.#began = pods.timing.now();
  }

  /** More of a file is done. */
  show(file: string): void {
    const { bytes } = this.#tally;
    this.#onProgress?.({ file, bytes, totalBytes: this.totalBytes });
    const now = this.#pods.timing.now();
    if (now - this.#drawn < DRAW_MS) return;
    this.#drawn = now;
    const seconds = (now - this.#began) / 1000;
    const rate = seconds > 0 ? `, ${bytesText(Math.round(bytes / seconds))}/s` : "";
    const total = this.totalBytes === undefined ? "" : ` of ${bytesText(this.totalBytes)}`;
    this.#task.update(`${file}: ${bytesText(bytes)}${total}${rate}`);
  }

  /** What is done now that nothing is copied any more. */
  say(text: string): void {
    this.#task.update(text);
  }

  end(): void {
    this.#task.end();
  }
}
