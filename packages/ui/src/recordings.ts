/** Recordings without a page: of a run as it goes, for its report, and of lines of telemetry. Called by `millrace`. */

import type { Run, Stats } from '@millrace/core'
import { pageHtml, pageParts } from './html.ts'
import { isOver } from './model/moment.ts'
import { pictureOf } from './model/picture.ts'
import type { Limit, Recording, RunState, TapLines } from './model/protocol.ts'
import { Feed, stateOfFailure } from './server/feed.ts'
import { Recorder } from './server/recorder.ts'
import type { RunTitle } from './server/run-title.ts'
import { shownOf } from './server/shown.ts'

/** What was seen of a run. */
export interface RunRecorder {
  /** Adds items that have passed a tap. */
  tap(lines: TapLines): void
  /** All that was seen so far. */
  recording(): Recording
}

/** Looks at a run now and then, for its report. To be called right after `run()`. */
export function recordRun(run: Run, { title, strategy, graph, limitOf }: RunTitle): RunRecorder {
  const recorder = new Recorder({
    title,
    strategy,
    picture: pictureOf(graph),
    isLive: true,
    mayControl: false,
  })
  const feed = new Feed(
    run,
    recorder,
    limitOf ?? (() => undefined),
    () => undefined,
    () => undefined,
  )
  feed.begin()
  run.done.then(
    ({ outcome }) => feed.end(outcome),
    (error: unknown) => feed.end(stateOfFailure(error)),
  )
  return { tap: (lines) => feed.tap(lines), recording: () => feed.recording }
}

/** The page as one file that opens without a network, with all that was recorded. */
export async function reportHtml(recording: Recording): Promise<string> {
  const head = { ...recording.head, isLive: false, mayControl: false }
  return pageHtml(await pageParts(), { ...recording, head })
}

/** One line of telemetry. */
export interface TelemetryLine {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly state: RunState
  readonly stats: Stats
}

/** What lines of telemetry tell of the last run that wrote them. */
export function recordingOf(
  title: string,
  lines: Iterable<TelemetryLine>,
  limitOf: (now: Stats, before?: Stats) => Limit | undefined = () => undefined,
): Recording {
  const fresh = (): Recorder =>
    new Recorder({ title, strategy: 'recorded', isLive: false, mayControl: false })
  let recorder = fresh()
  let before: Stats | undefined
  let hasEnded = false
  for (const { time, state, stats } of lines) {
    // several runs may have written to one file: what follows an end, or a clock that goes back, is another run's
    if (hasEnded || (before !== undefined && stats.elapsedMs < before.elapsedMs)) {
      recorder = fresh()
      before = undefined
    }
    hasEnded = isOver({ state })
    const begin = hasEnded ? undefined : before
    const limit = limitOf(stats, begin)
    recorder.add({ time, state, stats: shownOf(begin, stats), ...(limit === undefined ? {} : { limit }) })
    before = stats
  }
  return recorder.recording([], false)
}
