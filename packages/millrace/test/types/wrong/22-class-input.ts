import { FunctionTerm } from 'millrace'
import { fromIterable } from 'millrace/terms'

class Upper extends FunctionTerm<string, string> {
  override f(item: string) {
    return item.toUpperCase()
  }
}
fromIterable([1]).pipe(new Upper())
