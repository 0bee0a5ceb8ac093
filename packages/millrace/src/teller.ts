/** `Teller`: what a command tells `cli.ts` of how it goes. */

/** What a command tells of how it goes. */
export interface Teller {
  /** Something is about to begin: whatever goes wrong from now on is no mistake in the call. It ends with `codeOfFailure`, or 1. */
  begin(codeOfFailure?: number): void
  finish(code: number): void
}
