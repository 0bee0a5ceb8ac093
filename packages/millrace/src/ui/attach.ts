/** Gives a run its page: loads `@millrace/ui` only now, since most runs have none. Called by `run` and `millrace run`. */

import { basename } from 'node:path'
import { type AnyTerm, type Run, toJSON } from '@millrace/core'
import type { RunTitle, Ui, UiOptions } from '@millrace/ui'
import { onInterrupts } from '../interrupts.ts'
import { metricsHandler, type RequestHandler } from '../metrics/handler.ts'
import { say } from '../report/error.ts'
import { peekAt } from '../tap/peek-at.ts'
import { whySlow } from '../why-slow.ts'

/** A page for a run of `run()`. */
export interface RunUiOptions extends UiOptions {
  /** Gets the address to open. Default: it is printed to stderr. */
  readonly onReady?: (address: string) => void
}

/** What the page says of a run beside its figures. */
export interface RunLabel {
  readonly title: string
  readonly strategy: string
  /** Whether another run may follow at the same address. Default false. */
  readonly isWatched?: boolean
  /** Runs a group of its dead letters again, where they are kept. */
  readonly replay?: ((key: string) => Promise<string>) | undefined
}

/**
 * Opens the page. Its server gives the metrics of the run that it shows, too, to programs with the token of its address.
 * `session` is that of an earlier page at this port, whose browsers stay.
 *
 * @throws {UiError} if its address cannot be listened at.
 */
export async function openPage(options: UiOptions, session?: string): Promise<Ui> {
  const { openUi } = await import('@millrace/ui')
  let metrics: RequestHandler = () => false
  const page = await openUi(options, (request, response) => metrics(request, response), session)
  return {
    ...page,
    watch(running, title) {
      metrics = metricsHandler(running)
      page.watch(running, title)
    },
  }
}

/** Shows a run on a page that is open. To be called right after `run()`. */
export function showRun(page: Ui, running: Run, term: AnyTerm, label: RunLabel): void {
  const title = titleOf(term, label)
  const { replay, isWatched = false } = label
  page.watch(running, {
    ...title,
    isWatched,
    peek: (name, limit, tell) => peekAt(running, title.graph, name, limit, tell),
    ...(replay === undefined ? {} : { replay }),
  })
}

/** What is said of a run beside its figures. */
export function titleOf(term: AnyTerm, { title, strategy }: RunLabel): RunTitle {
  return { title, strategy, graph: toJSON(term), limitOf: whySlow }
}

/** Opens a page for a run that was just made. If it cannot be opened the run is cancelled, with the error as its reason. */
export function attachPage(
  running: Run,
  term: AnyTerm,
  { onReady = tellAddress, ...options }: RunUiOptions,
  strategy: string,
): void {
  // what is not listened to by the start is not looked for, and the page comes later
  running.on('starvation', () => undefined)
  running.on('failureRate', () => undefined)
  openPage(options)
    .then((page) => {
      showRun(page, running, term, { title: programName(), strategy })
      // after what `showRun` has registered: pages are told the end first. That the run failed is told by its handle
      if (options.hold !== true) void running.done.catch(() => undefined).finally(() => page.close())
      onReady(page.address)
    })
    .catch((error: unknown) => void running.cancel(error))
}

/** Says where the page is. */
export function tellAddress(address: string): void {
  say(`the page is at ${address}`)
}

function programName(): string {
  return basename(process.argv[1] ?? 'a program')
}

/** Resolves when somebody has seen enough: at Ctrl-C, SIGTERM or SIGHUP. */
export async function holdPage(page: Ui): Promise<void> {
  say(`the page stays at ${new URL(page.address).origin}; Ctrl-C ends it`)
  await new Promise<void>((resolve) => {
    const end = onInterrupts({
      drain: () => {
        end()
        resolve()
      },
      cancel: () => undefined,
    })
  })
}

/** The page as flags ask for it; none where none does. */
export function pageOptions(flags: {
  readonly ui?: true
  readonly uiPort?: number
  readonly uiHost?: string
  readonly uiReadOnly?: true
  readonly uiHold?: true
}): UiOptions | undefined {
  const { ui, uiPort: port, uiHost: host, uiReadOnly: readOnly, uiHold: hold } = flags
  const given = { port, host, readOnly, hold }
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return ui === true || Object.keys(options).length > 0 ? options : undefined
}
