/** Goal: what a terminal is shown of a run delays nothing that the run needs from its first moment. Runs the build. */

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { millrace } from '../../test/millrace-process.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'

const TERMINAL = '--import=data:text/javascript,process.stderr.isTTY=true'
const INDEX = pathToFileURL(join(import.meta.dirname, '../../dist/terms.js')).href

test.each(['line', 'full'])('with --progress %s a run that fails at once is told of once', async (kind) => {
  const folder = temporaryFolder({
    'g.mjs': `import { fromIterable, map, print } from '${INDEX}'
const fail = () => { throw new Error('at once') }
export default fromIterable([1]).pipe(map(fail), print())
`,
  })
  const { code, stderr } = await millrace(['run', 'g.mjs', '--progress', kind], folder, {
    NODE_OPTIONS: TERMINAL,
  })
  expect([code, stderr.split('at once').length - 1]).toEqual([1, 1])
})
