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
  /** The run has ended; nothing follows. */
  end(): void
  /** The server has gone without a word, or is there again. */
  connected(isConnected: boolean): void
}

/** Shows what the page brought along, and listens for what follows if the run is live. */
export function listen(heard: Heard): void {
  const brought = document.getElementById('recording')?.textContent
  const recording = brought == null ? undefined : (JSON.parse(brought) as Recording)
  if (recording !== undefined) heard.recording(recording)
  // the token has been exchanged: it shall neither stay in sight nor in the history
  if (location.search !== '') history.replaceState(null, '', location.pathname)
  if (recording?.head.isLive !== false) follow(heard)
}

function follow(heard: Heard): void {
  const events = new EventSource('/events')
  let isOver = false
  const on = <Data>(name: string, hear: (data: Data) => void): void =>
    events.addEventListener(name, (event) => hear(JSON.parse((event as MessageEvent<string>).data) as Data))
  const leave = (): void => {
    isOver = true
    events.close()
  }
  on<Recording>('recording', (recording) => {
    heard.recording(recording)
    if (!recording.head.isLive) leave()
  })
  on<Frame>('frame', (frame) => heard.frame(frame))
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
    if (!isOver) heard.connected(false)
  }
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
