/** `distinctOf`: about how many different keys, in a few kilobytes. */

import { InvalidOptionError } from '@millrace/core'
import { checkOptions } from '../check.ts'
import { type GroupKey, keyOf } from '../event-time/options.ts'
import { ownAggregate } from './checked-aggregate.ts'
import type { Aggregate } from './contract.ts'
import { hashOf } from './hash.ts'

/** Options of {@link distinctOf}. */
export interface DistinctOptions {
  /** Registers, as a power of two: from 4 to 16. Default 12: 4,096 bytes, a standard error of 1.6 %. */
  readonly precision?: number
}

/**
 * Estimates how many different keys `key(item)` gives; 0 for no items. Known as approximate distinct count.
 *
 * HyperLogLog: P. Flajolet, É. Fusy, O. Gandouet, F. Meunier, AofA 2007; estimated as in O. Ertl, "New cardinality
 * estimation algorithms for HyperLogLog sketches", 2017, which needs no correction tables. The standard error is
 * `1.04 / sqrt(2 ** precision)`. The estimate depends on the set of keys alone, not on order or merging. Its state is
 * one typed array of `2 ** precision` bytes.
 *
 * @throws {InvalidOptionError} if `key` is no function or is declared async, or `precision` is out of range; the run
 * fails with a `BadInputError` if a key is an object.
 *
 * @example
 * ```ts
 * import { aggregate, distinctOf, fromIterable, toArray } from 'millrace/terms'
 *
 * const words = fromIterable('to be or not to be that is the question'.split(' '))
 * console.log(await toArray(words.pipe(aggregate(distinctOf((word) => word))))) // [ 8 ]
 * ```
 */
export function distinctOf<In>(
  key: (item: In) => GroupKey,
  options: DistinctOptions = {},
): Aggregate<In, number, Uint8Array> {
  checkOptions('distinctOf', options, { precision: true })
  const { precision = 12 } = options
  const read = keyOf('distinctOf', key)
  if (!(Number.isInteger(precision) && precision >= 4 && precision <= 16)) {
    throw new InvalidOptionError('precision of distinctOf()', precision, 'a whole number from 4 to 16')
  }
  return ownAggregate({
    mergesExactly: true,
    init: () => new Uint8Array(2 ** precision),
    add: (registers, item) => {
      const { high, low } = hashOf(read(item))
      const index = low & (2 ** precision - 1)
      // what is left of the lower half joins the upper: 53 - precision bits for the run of zeros
      const rest = high * 2 ** (32 - precision) + (low >>> precision)
      const rank = leadingZeros(rest, 53 - precision) + 1
      if (rank > (registers[index] as number)) registers[index] = rank
      return registers
    },
    merge: (into, other) => {
      for (let i = 0; i < into.length; i++) into[i] = Math.max(into[i] as number, other[i] as number)
      return into
    },
    result: (registers) => Math.round(estimate(registers, 53 - precision)),
  })
}

/** Zeros before the first one of a number of `bits` bits. */
function leadingZeros(value: number, bits: number): number {
  const upper = Math.floor(value / 2 ** 32)
  return upper > 0 ? bits - 64 + Math.clz32(upper) : bits - 32 + Math.clz32(value)
}

/** Ertl's estimator, from how many registers hold each rank. */
function estimate(registers: Uint8Array, bits: number): number {
  const m = registers.length
  const counts = new Array<number>(bits + 2).fill(0)
  for (const rank of registers) counts[rank] = (counts[rank] as number) + 1
  let z = m * tau(1 - (counts[bits + 1] as number) / m)
  for (let rank = bits; rank >= 1; rank--) z = 0.5 * (z + (counts[rank] as number))
  z += m * sigma((counts[0] as number) / m)
  return (m * m) / (2 * Math.LN2 * z)
}

function sigma(x: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY
  let power = x
  let y = 1
  let z = x
  for (let before = Number.NaN; before !== z; ) {
    power *= power
    before = z
    z += power * y
    y += y
  }
  return z
}

function tau(x: number): number {
  if (x === 0 || x === 1) return 0
  let root = x
  let y = 1
  let z = 1 - x
  for (let before = Number.NaN; before !== z; ) {
    root = Math.sqrt(root)
    before = z
    y *= 0.5
    z -= (1 - root) ** 2 * y
  }
  return z / 3
}
