/** The two flags of a context and the four calls that set them (facts/ktm-tmf-mts.md 6.2: IObjectContext, IContextState). */

/** `consistent`: may the transaction commit as far as this object is concerned; `done`: is the object finished. */
export interface Vote {
  readonly consistent: boolean;
  readonly done: boolean;
}

/** IObjectContext's calls, each setting both flags; the last one in a method wins. */
export const votes = {
  enableCommit: { consistent: true, done: false },
  disableCommit: { consistent: false, done: false },
  setAbort: { consistent: false, done: true },
  setComplete: { consistent: true, done: true },
} as const satisfies Record<string, Vote>;

/** A context's state at creation, and when nothing was called. */
export const initialVote: Vote = votes.enableCommit;
