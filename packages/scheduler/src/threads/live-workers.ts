/**
 * The workers of this process that are alive, whatever strategy started them: who starts one notes it here, and who sees
 * it end strikes it off. Called by the strategies; read by the test kit, which ends workers as a crash would.
 *
 * Tells nobody of an end; what is decided by it is only whether there are files to be had for one more (`free-files.ts`).
 */

/** A worker thread or process that is alive. */
export interface LiveWorker {
  /** As in `ThreadStats.workers`: a thread's number, or a process's. */
  readonly id: number
  readonly isolation: 'thread' | 'process'
  /** Ends it in the middle of whatever it does: a thread by `terminate()`, a process by `SIGKILL`. Idempotent. */
  kill(): void
}

const live = new Set<LiveWorker>()

/** Notes a worker. The returned function strikes it off; so does its `kill`, as a death takes a moment. */
export function noteWorker({ id, isolation, kill }: LiveWorker): () => void {
  const worker: LiveWorker = {
    id,
    isolation,
    kill: () => {
      if (live.delete(worker)) kill()
    },
  }
  live.add(worker)
  return () => void live.delete(worker)
}

/** Those that are alive now, in the order in which they were started. */
export function liveWorkers(): LiveWorker[] {
  return [...live]
}
