// Each sink's result has its own type.
import { type ResultOf, run } from 'millrace'
import { collect, forEach, fromIterable, id, map, type WrittenFile, writeLines } from 'millrace/terms'
import { same } from '../same.ts'

const all = collect<number>()
const count = forEach((text: string) => console.log(text))
const file = writeLines('numbers.txt')
same<ResultOf<typeof all>, number[]>()
same<ResultOf<typeof count>, number>()
same<ResultOf<typeof file>, WrittenFile>()
const summary = await run(
  fromIterable([1, 2]).parallel({
    all: id<number>().pipe(all),
    printed: map((n: number) => `${n}`).pipe(count),
    written: map((n: number) => `${n}`).pipe(file),
  }),
).done
export const bytes: number = summary.result(file).bytes + summary.result(count) + summary.result(all).length
