/** Long work that tells how far it is; on a terminal, a line that is drawn over. */
export interface ProgressTask {
  /** How far it is now: `2 of 3 updated replicas are available`. One line, no trailing period. */
  update(text: string): void;
  /** The work is over; its line goes away. Idempotent. */
  end(): void;
}

/**
 * Begins to show a task: `rollout of deployments.apps "web"`. Where no one watches (a pipe, a library's user) it shows
 * nothing, and the caller need not know.
 */
export type ShowProgress = (title: string) => ProgressTask;

const HIDDEN: ProgressTask = { update: () => {}, end: () => {} };

/** Shows nothing. */
export const hideProgress: ShowProgress = () => HIDDEN;
