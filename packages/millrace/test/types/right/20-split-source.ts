// A source that workers open piece by piece.
import { SplitSourceTerm, type Term } from 'millrace'
import { aggregate, sumOf } from 'millrace/terms'
import { same } from '../same.ts'

class Months extends SplitSourceTerm<{ month: number; day: number }, { month: number }> {
  override *splits({ workers }: { workers: number }) {
    for (let month = 1; month <= Math.max(12, workers); month++) yield { month }
  }
  override *openSplit({ month }: { month: number }) {
    for (let day = 1; day <= 28; day++) yield { month, day }
  }
}
const days = new Months().pipe(aggregate(sumOf(({ day }) => day)))
same<typeof days, Term<never, number>>()
