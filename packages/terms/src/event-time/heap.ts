/** A binary heap on a plain array, so that it can be part of a term's state. Internal. */

/** What a heap holds: earliest `at` first, of equal ones the lowest `seq`. */
export interface Entry {
  readonly at: number
  readonly seq: number
}

/** Adds an entry. */
export function pushEntry<E extends Entry>(heap: E[], entry: E): void {
  let child = heap.length
  heap.push(entry)
  while (child > 0) {
    const parent = (child - 1) >> 1
    if (!isBefore(entry, heap[parent] as E)) break
    heap[child] = heap[parent] as E
    child = parent
  }
  heap[child] = entry
}

/** Takes the first entry off. The heap must not be empty. */
export function popEntry<E extends Entry>(heap: E[]): E {
  const first = heap[0] as E
  const moved = heap.pop() as E
  if (heap.length === 0) return first
  let parent = 0
  for (let child = 1; child < heap.length; child = 2 * parent + 1) {
    if (child + 1 < heap.length && isBefore(heap[child + 1] as E, heap[child] as E)) child++
    if (!isBefore(heap[child] as E, moved)) break
    heap[parent] = heap[child] as E
    parent = child
  }
  heap[parent] = moved
  return first
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.seq < b.seq)
}
