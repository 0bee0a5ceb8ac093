/**
 * How many primes there are in each range of numbers: heavy work, shared out over a pool of threads. The order is kept.
 *
 *     ranges --> primesIn --> toLine --> print
 */
import { graph } from 'millrace'
import { fromIterable, map, print } from 'millrace/terms'

/** The numbers from `from` on, `size` of them. */
export interface Range {
  readonly from: number
  readonly size: number
}

/** A range and the number of primes in it. */
export interface Counted extends Range {
  readonly primes: number
}

/** Ranges that follow one another. */
export function rangesOf(count: number, size: number): Range[] {
  return Array.from({ length: count }, (_, i) => ({ from: i * size, size }))
}

/** Runs on a worker. It keeps nothing between its calls, so any worker may take any range. */
export function primesIn({ from, size }: Range): Counted {
  let primes = 0
  for (let n = from; n < from + size; n++) if (isPrime(n)) primes++
  return { from, size, primes }
}

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false
  return n > 1
}

/** One line of output. */
export function toLine({ from, size, primes }: Counted): string {
  return `${from} to ${from + size - 1}: ${primes} primes`
}

/** Text from the command line becomes numbers: `--param count=100`. */
const params = { count: 20, size: 50_000 }

export default graph(import.meta.url, { params }, ({ count, size }) =>
  fromIterable(rangesOf(count, size))
    .named('ranges')
    .pipe(map(primesIn).named('primesIn'), map(toLine).named('toLine'), print()),
)
