/** `LineTarget`: what `writeLines` writes to. Implemented by `LineFile`, `InPlaceFile` and `RollingFiles`. */

/** What a complete file holds; of rolled files, what all of them hold. */
export interface WrittenFile {
  /** Path of the file, as it was given. */
  readonly file: string
  /** Lines written; a head of column names is not counted. */
  readonly lines: number
  /** Size of the file in bytes; packed, if it is. Of rolled files, of what this run wrote. */
  readonly bytes: number
}

/** One run's file, or files, under way. Whoever opens it calls `commit` or `discard`. */
export interface LineTarget {
  /** Says what stands ahead of all lines, or of those of each file; it is not counted. */
  begin(head: string): void | Promise<void>
  /** Adds one line, which belongs to a time. A promise while there is no room for another. */
  write(line: string, at?: number): void | Promise<void>
  /** How far it has come: from now on what is there is kept, whatever becomes of the run. No `write` may be pending. */
  position(): unknown
  /** Resolves once what `position` has spoken of would survive a crash of the machine. */
  sync(): Promise<void>
  /** A checkpoint with this position is stored. */
  acknowledge?(position: unknown): Promise<void>
  /** Completes what was written. */
  commit(): Promise<WrittenFile>
  /** Lets go: the run has failed. Never fails. */
  discard(): Promise<void>
}
