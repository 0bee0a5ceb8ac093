/** `CheckpointStore`: where checkpoints are kept. core writes no files: `millrace` brings a store in a folder. */

/** Keeps the bytes of checkpoints by number; larger is newer. */
export interface CheckpointStore {
  /** Where it is, for messages. */
  readonly place: string
  /** Takes the place for one run; called before anything else. @throws {InUseError} if another run has it. */
  open?(): Promise<void>
  /** Lets go of the place: the run is over. Never fails. */
  close?(): Promise<void>
  /** The numbers of what is kept, in any order. */
  list(): Promise<readonly number[]>
  /** The bytes of one. */
  read(id: number): Promise<Uint8Array>
  /** Keeps the bytes: all of them or nothing, and when it resolves they survive a crash. */
  write(id: number, bytes: Uint8Array): Promise<void>
  /** Lets go of one; nothing happens if it is gone. */
  remove(id: number): Promise<void>
}

/** When checkpoints are taken, and where they are kept. */
export interface CheckpointOptions {
  readonly store: CheckpointStore
  /** Takes one each so many milliseconds. Default 10,000 unless `everyItems` is given. */
  readonly everyMs?: number
  /** Takes one each time the sources have given so many items. Default: never. */
  readonly everyItems?: number
  /**
   * Milliseconds that terms have to come to rest, once a checkpoint is due; after that it is left out. While it waits for
   * one term, those before it are held. Default 60,000.
   */
  readonly timeoutMs?: number
}

/** A checkpoint that was written. */
export interface CheckpointInfo {
  readonly id: number
  readonly bytes: number
  /** From the moment it is of until it was safe, in ms. */
  readonly elapsedMs: number
}

/** Where a run goes on from. */
export interface ResumeInfo {
  /** Number of the checkpoint. */
  readonly id: number
  /** Newer ones that could not be read, and why. */
  readonly damaged: readonly string[]
}

/** What a run's summary says of its checkpoints. */
export interface CheckpointSummary {
  /** The checkpoint that it went on from; `undefined` if it began anew. */
  readonly resumedFrom: number | undefined
  /** Checkpoints written by this run. */
  readonly written: number
  /** Checkpoints left out because the terms did not come to rest. */
  readonly givenUp: number
  /** Sinks that do not say where they stand: a resumed run tells them again what came after the checkpoint. */
  readonly repeating: readonly string[]
}
