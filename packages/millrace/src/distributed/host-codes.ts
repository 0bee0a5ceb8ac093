/** What a host's exit code says, and what one that was started by a command says before. */

/** Exit codes of `millrace worker`. */
export const HOST_CODES = {
  /** The run is over, or the host has left it. */
  over: 0,
  /** The run failed: the command says of what. */
  runFailed: 1,
  /** It could not start, by a mistake in the call, the module or the config: another start would end the same way. */
  refused: 2,
  /** It had to end, or no server answered: another start may go well. */
  lost: 3,
} as const

/** Why a host could not start. */
export interface HostRefusal {
  readonly kind: 'refusal'
  readonly reason: string
}
