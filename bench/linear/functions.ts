// The functions and the prepared data of the linear workloads: one set of module-level constants that every
// contender of this suite imports. It never times anything and knows no contender.

export const even = (x: number): boolean => x % 2 === 0
export const addOne = (x: number): number => x + 1
export const sum = (total: number, x: number): number => total + x
export const addPair = (left: number, right: number): number => left + right

/** Items that one outer item of `flatMap` becomes. */
export const innerItems = 1_000

const inner = numbersUpTo(innerItems)

/** The function of `flatMap`: one outer item becomes an array of products. */
export const products = (x: number): number[] => inner.map((y) => x * y)

// The five functions before the sum of `polluted`: shared with no other workload, so that only the library's
// own call sites have been seen before, never these functions.
export const triple = (x: number): number => x * 3
export const notBySeven = (x: number): boolean => x % 7 !== 0
export const addFive = (x: number): number => x + 5
export const odd = (x: number): boolean => (x & 1) === 1
export const lowBits = (x: number): number => x & 0xffff
export const total = (sumSoFar: number, x: number): number => sumSoFar + x

export function numbersUpTo(items: number): number[] {
  const numbers: number[] = []
  for (let x = 0; x < items; x++) numbers.push(x)
  return numbers
}

/** Cuts the numbers into arrays of equal length, each a run of neighbours; what does not divide is left away. */
export function cut(numbers: readonly number[], parts: number): number[][] {
  const length = Math.floor(numbers.length / parts)
  return Array.from({ length: parts }, (_, part) => numbers.slice(part * length, (part + 1) * length))
}
