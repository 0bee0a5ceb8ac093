/** What `exec` is told: as users say it, and with the defaults filled in. */

/** Options of `exec`. */
export interface ExecOptions {
  /** What comes out: lines of text, or chunks of bytes as they come. Default `lines`. */
  readonly output?: 'lines' | 'bytes'
  /** The folder to run in. Default: the process's. */
  readonly cwd?: string
  /** Environment variables, beside those of the process. `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Bytes of one line at most; a longer one fails the run. Default 1,048,576. */
  readonly maxLineBytes?: number
  /** How long a process that was told to end (SIGTERM) may take, in ms, before it is killed (SIGKILL). Default 2,000. */
  readonly killAfterMs?: number
}

/** What to run, and how. */
export interface ExecSettings extends Required<Omit<ExecOptions, 'cwd'>> {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string | undefined
}
