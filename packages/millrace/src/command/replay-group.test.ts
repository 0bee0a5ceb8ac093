/** Goal: a replay that was begun from the page ends with its command. Runs the build; waits for printed lines only. */

import { expect, test } from 'vitest'
import { fixture, startMillrace } from '../../test/millrace-process.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'

test.each(['SIGTERM', 'SIGKILL'] as const)(
  '%s to the command ends the replay, and a second one is refused',
  async (signal) => {
    const folder = temporaryFolder()
    const letters = ['--dead-letters', 'bad.ndjson', '--ui-hold']
    const started = startMillrace(['run', fixture('endless-replay.ts'), ...letters], folder)
    const address = new URL(await started.pageAddress())
    await started.printed('Ctrl-C ends it')
    const { headers } = await fetch(address)
    const cookie = headers.get('set-cookie')?.split(';')[0] as string
    const replay = (): Promise<Response> =>
      fetch(`${address.origin}/command`, {
        method: 'POST',
        headers: { cookie, origin: address.origin, 'content-type': 'application/json' },
        body: JSON.stringify({ do: 'replay', key: JSON.stringify(['once', 'Error', 'no']) }),
      })
    const first = replay().catch(() => undefined)
    await started.printed('is replayed')
    const second = await replay()
    expect([second.status, await second.text()]).toEqual([400, 'This group is being run again already.'])
    started.child.kill(signal)
    // its output is closed only once no process has it open
    await started.finished
    await first
  },
)
