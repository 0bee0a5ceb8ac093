// Tuning by hand, done by the machine: tries each size and keeps the one that was fastest. Called by contenders while
// they prepare, which is not timed, so that what is sent in chunks is sent in the best ones.

const triesEach = 2

/** The fastest of several sizes, each tried twice after all have been warmed up by one try. */
export async function fastestOf(
  sizes: readonly number[],
  run: (size: number) => Promise<unknown>,
): Promise<number> {
  let best = { size: sizes[0] ?? 1, ms: Number.POSITIVE_INFINITY }
  await run(best.size)
  for (let time = 0; time < triesEach; time++) {
    for (const size of sizes) {
      const start = performance.now()
      await run(size)
      const ms = performance.now() - start
      if (ms < best.ms) best = { size, ms }
    }
  }
  return best.size
}
