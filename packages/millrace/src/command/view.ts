/** `millrace view`: the page of a run that was recorded, with a slider. Called by `cli.ts`. */

import { readTelemetry } from '../telemetry/read-telemetry.ts'
import { holdPage, openPage, pageOptions, tellAddress } from '../ui/attach.ts'
import { whySlow } from '../why-slow.ts'

/** Options of `millrace view`. */
export interface ViewCommandOptions {
  readonly uiPort?: number
  readonly uiHost?: string
}

/** Resolves when somebody has seen enough. @throws {BadInputError} if the file is no telemetry. */
export async function viewCommand(file: string, options: ViewCommandOptions): Promise<void> {
  const lines = await readTelemetry(file)
  const { recordingOf } = await import('@millrace/ui')
  const page = await openPage({ ...pageOptions(options), hold: true })
  page.play(recordingOf(file, lines, whySlow))
  tellAddress(page.address)
  await holdPage(page)
  await page.close()
}
