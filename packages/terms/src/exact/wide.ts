/**
 * `Wide`: a superaccumulator, a fixed-point number wide enough for any sum of doubles and of their squares. Internal:
 * called by `exact-sum.ts` and `moments.ts` for what their fast ways do not cover.
 *
 * R. Neal, "Fast exact summation using small and large superaccumulators", 2015.
 */

import { UNIT } from './nearest.ts'

/**
 * Digits in base `2 ** 32`, the least first, each a whole number below `2 ** 53` that may be negative; the first counts
 * units of `2 ** UNIT`. Empty: nothing was added yet.
 */
export type Wide = number[]

/** Up to the squares of the largest doubles, `2 ** 53` times. */
const DIGITS = 140
const BASE = 2 ** 32
/** A digit from here on passes on what it can. */
const FULL = 2 ** 51

const double = new Float64Array(1)
const words = new Uint32Array(double.buffer)
/** Which of the words holds sign and exponent: 1 where the lower comes first. */
const UPPER = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0

/** Adds `value * 2 ** shift`, in place; `value` is finite. */
export function addWide(wide: Wide, value: number, shift: number): void {
  if (wide.length === 0) for (let i = 0; i < DIGITS; i++) wide.push(0)
  if (value === 0) return
  double[0] = value
  const upper = words[UPPER] as number
  const lower = words[1 - UPPER] as number
  const exponent = (upper >>> 20) & 0x7ff
  const fraction = upper & 0xfffff
  const top = exponent === 0 ? fraction : fraction | 0x100000
  const position = (exponent === 0 ? -1074 : exponent - 1075) + shift - UNIT
  const bit = position & 31
  const first = position >> 5
  const sign = upper >>> 31 === 0 ? 1 : -1
  addDigit(wide, first, sign * ((lower << bit) >>> 0))
  addDigit(wide, first + 1, sign * (carried(lower, bit) + ((top << bit) >>> 0)))
  addDigit(wide, first + 2, sign * carried(top, bit))
}

/** What a shift by `bit` moves out of a word. */
function carried(word: number, bit: number): number {
  return bit === 0 ? 0 : word >>> (32 - bit)
}

function addDigit(wide: Wide, at: number, value: number): void {
  let digit = (wide[at] as number) + value
  for (let i = at; ; i++) {
    if (Math.abs(digit) < FULL) {
      wide[i] = digit
      return
    }
    const carry = Math.trunc(digit / BASE)
    wide[i] = digit - carry * BASE
    digit = (wide[i + 1] as number) + carry
  }
}

/** Adds another one, which stays as it is. */
export function addWides(into: Wide, other: Wide): void {
  if (into.length === 0) for (const digit of other) into.push(digit)
  else for (let i = 0; i < other.length; i++) addDigit(into, i, other[i] as number)
}

/** The whole number of units. */
export function wideTotal(wide: Wide): bigint {
  let total = 0n
  for (let i = wide.length - 1; i >= 0; i--) total = (total << 32n) + BigInt(wide[i] as number)
  return total
}
