/**
 * A growing list of unsigned 32-bit integers, for the states of this example: one buffer, so that cloning
 * it to another thread or into a snapshot is one copy. Four bytes a value, where an array takes eight.
 */

/** The values in use are the first `length` of `values`; what lies beyond them is unspecified. */
export interface Words {
  values: Uint32Array
  length: number
}

/** Returns an empty list with room for `capacity` values. */
export function words(capacity: number): Words {
  return { values: new Uint32Array(Math.max(1, capacity)), length: 0 }
}

/** Appends one value. */
export function push(list: Words, value: number): void {
  reserve(list, 1)
  list.values[list.length++] = value
}

/** Appends values in their order. */
export function pushAll(list: Words, values: Uint32Array): void {
  reserve(list, values.length)
  list.values.set(values, list.length)
  list.length += values.length
}

/** Makes room for `extra` more values; doubling keeps the cost of an append constant on average. */
export function reserve(list: Words, extra: number): void {
  let capacity = list.values.length
  while (capacity < list.length + extra) capacity *= 2
  if (capacity === list.values.length) return
  const larger = new Uint32Array(capacity)
  larger.set(list.values.subarray(0, list.length))
  list.values = larger
}
