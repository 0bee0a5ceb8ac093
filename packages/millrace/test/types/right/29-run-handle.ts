// The handle of a run: outputs by name, events, pausing and ending.
import { parallel, type Run, run, type Stats, type Summary } from 'millrace'
import { fromIterable } from 'millrace/terms'
import { same } from '../same.ts'

const running = run(parallel({ n: fromIterable([1]), text: fromIterable(['a']) }))
const [n, text] = [running.output('n'), running.output('text')]
same<typeof n, AsyncIterableIterator<number>>()
same<typeof text, AsyncIterableIterator<string>>()
running.on('stats', (stats) => same<typeof stats, Stats>())
running.on('health', ({ level }) => same<typeof level, 'green' | 'yellow' | 'red'>())
running.on('deadLetter', ({ term, item }) => [term.length, item])
running.once('end', () => undefined)
running.pause()
running.resume()
const stopped = running.stop()
same<typeof stopped, Promise<Summary>>()
const summary = await running.done
same<typeof summary.outcome, 'completed' | 'stopped' | 'failed'>()
export const cancelled: Promise<void> = running.cancel(new Error('enough'))
export const first = async <Item>(of: Run<Item>) => (await of.done).items.in
first(run(fromIterable([1])))
