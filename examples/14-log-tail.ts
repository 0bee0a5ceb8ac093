/**
 * What a web server does, minute by minute: its log is followed by its name, through every rotation, requests are counted
 * per minute and status, and the counts go to one file for each hour. Lines that are no JSON are set aside.
 *
 *     log --> ndjsonTail --> tumblingWindow by status --> toCount --> writeNdjson, a file for each hour
 *                       \--> dead letters
 *
 * Run it with a log of your own; it goes on until it is stopped, and with checkpoints also when it was killed:
 *
 *     npx millrace run examples/14-log-tail.ts --param log=access.log --param out=counts.ndjson --checkpoint kept
 */
import { graph } from 'millrace'
import { countOf, map, ndjsonTail, tumblingWindow, writeNdjson } from 'millrace/terms'

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS

/** A line of the log. */
export interface Request {
  readonly at: string
  readonly status: number
}

/** How many requests of a minute had a status. */
export interface Count {
  readonly minute: string
  readonly status: number
  readonly requests: number
}

/** What can be set with `--param`. */
export interface Params {
  /** The log, a line of JSON for each request. */
  readonly log: string
  /** What the files of counts are named after. */
  readonly out: string
  /** Ends once nothing has come for as many ms. Default: never. */
  readonly untilIdleMs?: number | undefined
}

export default graph(import.meta.url, ({ log, out, untilIdleMs }: Params) =>
  ndjsonTail<Request>(log, {
    follow: 'name',
    fromOldest: true,
    invalid: 'deadLetter',
    pollMs: 50,
    ...(untilIdleMs === undefined ? {} : { untilIdleMs }),
  }).pipe(
    tumblingWindow({
      sizeMs: MINUTE_MS,
      time: ({ at }) => Date.parse(at),
      outOfOrderMs: 10_000,
      // the last minute comes although the log is quiet
      idleMs: 30_000,
      late: 'drop',
      key: ({ status }) => status,
      aggregate: countOf(),
    }),
    map(({ start, key, value }) => ({ minute: new Date(start).toISOString(), status: key, requests: value })),
    writeNdjson<Count>(out, { roll: { everyMs: HOUR_MS, time: ({ minute }) => Date.parse(minute) } }),
  ),
)
