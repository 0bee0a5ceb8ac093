// What failed is read as a stream of its own.
import { type DeadLetter, run } from 'millrace'
import { collect, fromIterable, map } from 'millrace/terms'
import { same } from '../same.ts'

const numbers = collect<number>()
const running = run(
  fromIterable(['1', 'x']).pipe(
    map((text) => JSON.parse(text) as number, { name: 'parse', onFailure: { onError: 'skip' } }),
    numbers,
  ),
  { failureRate: { warnShare: 0.1 } },
)
const failed: string[] = []
for await (const letter of running.deadLetters()) {
  same<typeof letter, DeadLetter>()
  failed.push(`${letter.term} ${letter.kind} ${letter.attempts}`)
}
const summary = await running.done
const parsed = summary.result(numbers)
same<typeof parsed, number[]>()
export const counted: number | undefined = summary.failures.byTerm['parse']?.deadLettered
