/** Times in classes that double: coarse, small, and mergeable by addition. */

/** Classes: up to 1 µs, 2 µs, 4 µs, ... and about 9 minutes and more. */
const CLASSES = 30

/** Counts times by their order of magnitude. */
export class Histogram {
  /** Entry `i` counts times of up to 2^i µs. */
  readonly counts: number[] = new Array(CLASSES).fill(0)

  add(ms: number): void {
    const at = Math.min(CLASSES - 1, Math.max(0, Math.ceil(Math.log2(Math.max(ms * 1000, 1)))))
    this.counts[at] = (this.counts[at] as number) + 1
  }
}
