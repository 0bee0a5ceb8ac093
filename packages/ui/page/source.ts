/** Where the page's data comes from: the server, as it happens, or a recording that is in the page itself. */

import type {
  Command,
  Done,
  Frame,
  LetterGroup,
  Notice,
  Recording,
  TapLines,
  TermPlot,
} from '../src/model/protocol.ts'
import { type PackedFrame, type PackedRecording, unpackRecording, Wire } from '../src/model/wire.ts'

/** What a page hears. */
export interface Heard {
  recording(recording: Recording): void
  frame(frame: Frame): void
  notice(notice: Notice): void
  letters(letters: readonly LetterGroup[]): void
  tap(lines: TapLines): void
  /** What the run's own terms draw. */
  plots(plots: readonly TermPlot[]): void
  /** These are the taps that were begun from a page. */
  tapped(names: readonly string[]): void
  /** The run has ended, and no other follows. */
  end(): void
  /** The server has gone without a word, or is there again. */
  connected(isConnected: boolean): void
}

/** The picture comes first: the browser needs its time for this. */
const CLEAN_MS = 100

/** How long after a refusal the server is asked again. */
const AGAIN_MS = 2000

/** Shows what the page brought along, and listens for what follows if the run is live. */
export function listen(heard: Heard): void {
  const brought = document.getElementById('recording')
  const recording =
    brought === null ? undefined : unpackRecording(JSON.parse(brought.textContent) as PackedRecording)
  if (recording !== undefined) heard.recording(recording)
  // the token has been exchanged: it shall neither stay in sight nor in the history
  if (location.search !== '') setTimeout(() => history.replaceState(null, '', location.pathname), CLEAN_MS)
  if (recording?.head.isLive !== false) follow(heard, recording, brought?.dataset['after'])
}

/** `known` is what was brought along, `after` the message of the server that comes after it. */
function follow(heard: Heard, known: Recording | undefined, after: string | undefined): void {
  let wire = new Wire(known?.head.picture)
  let last = known?.frames.at(-1)
  let lastId = after
  let isOver = false
  let events: EventSource
  const on = <Data>(name: string, hear: (data: Data) => void): void =>
    events.addEventListener(name, (event) => {
      const { data, lastEventId } = event as MessageEvent<string>
      lastId = lastEventId
      hear(JSON.parse(data) as Data)
    })
  const leave = (): void => {
    isOver = true
    events.close()
  }
  const open = (): void => {
    events = new EventSource(lastId === undefined ? '/events' : `/events?after=${lastId}`)
    on<PackedRecording>('recording', (packed) => {
      const recording = unpackRecording(packed)
      wire = new Wire(recording.head.picture)
      last = recording.frames.at(-1)
      heard.recording(recording)
      if (!recording.head.isLive) leave()
    })
    on<PackedFrame>('frame', (packed) => {
      last = wire.unpackFrame(packed, last)
      heard.frame(last)
    })
    on<Notice>('notice', (notice) => heard.notice(notice))
    on<readonly LetterGroup[]>('letters', (letters) => heard.letters(letters))
    on<TapLines>('tap', (lines) => heard.tap(lines))
    on<readonly TermPlot[]>('plots', (plots) => heard.plots(plots))
    on<readonly string[]>('tapped', (names) => heard.tapped(names))
    on('end', () => {
      leave()
      heard.end()
    })
    events.onopen = () => heard.connected(true)
    events.onerror = () => {
      if (isOver) return
      heard.connected(false)
      // an answer other than events, as of a server whose run has not begun: the browser itself would not try again
      if (events.readyState === EventSource.CLOSED) setTimeout(open, AGAIN_MS)
    }
  }
  open()
}

/** What came of a command: what is said of it, or what went wrong. */
export interface Answer extends Done {
  readonly complaint?: string
}

/** Asks the server for something. */
export async function command(what: Command): Promise<Answer> {
  try {
    const response = await fetch('/command', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(what),
    })
    return response.ok ? ((await response.json()) as Done) : { complaint: await response.text() }
  } catch {
    return { complaint: 'The run cannot be reached any more.' }
  }
}
