// What a run is to do is told until servers that are away are back, or the run is over; and never ends the run.

import { NoClusterError, ServerRefusedError } from '@millrace/cluster'
import { expect, test } from 'vitest'
import { tellPatiently } from './tell-patiently.ts'

async function told(answers: readonly (Error | 'over' | undefined)[]) {
  const ending = new AbortController()
  const lines: string[] = []
  let calls = 0
  const tell = async (): Promise<void> => {
    const answer = answers[calls++]
    if (answer === 'over') ending.abort()
    if (answer !== undefined) throw answer
  }
  await tellPatiently('stop', tell, ending.signal, (line, code) => void lines.push(`${code}: ${line}`))
  return { calls, lines }
}

test('again while no server answers', async () => {
  const away = new NoClusterError('No answer.')
  expect(await told([away, away, undefined])).toEqual({
    calls: 3,
    lines: Array(2).fill('NO_CLUSTER: the run could not be told to stop: No answer. It is told again.'),
  })
})

test('not once the run is over, nor where it is refused', async () => {
  expect(await told([new NoClusterError('No answer.'), 'over'])).toMatchObject({ calls: 2 })
  const { calls, lines } = await told([new ServerRefusedError('stop', new Error('no permission'))])
  expect([calls, lines]).toEqual([1, [expect.stringContaining('SERVER_REFUSED: the run could not be told')]])
})
