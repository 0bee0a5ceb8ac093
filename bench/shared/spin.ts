// Work that takes a given time: steps of a linear congruential generator, a serial chain that no compiler shortens.
// Every contender of the suites about threads calls `spin`; the suites ask `stepsPerMicrosecond` once per machine, so
// all do the same work and no clock is read. Where it ends is known without walking there, so each answer is checked.

const multiplier = 1_664_525
const increment = 1_013_904_223

/** Steps are taken in strides of so many: a small loop that is compiled early, at full speed, in every thread. */
const strideSteps = 100

/** Takes so many steps, a multiple of a hundred, from a number and says where they end: a whole number of 32 bits. */
export function spin(from: number, steps: number): number {
  let at = from
  for (let taken = 0; taken < steps; taken += strideSteps) at = stride(at)
  return at
}

function stride(from: number): number {
  let at = from | 0
  for (let step = 0; step < strideSteps; step++) at = (Math.imul(at, multiplier) + increment) | 0
  return at
}

/** The steps that take so many µs, at so many steps per µs. */
export function stepsFor(us: number, perUs: number | undefined): number {
  const steps = Math.round((us * (perUs ?? Number.NaN)) / strideSteps) * strideSteps
  if (!(steps > 0)) throw new Error(`no work of ${us} µs at ${perUs} steps per µs`)
  return steps
}

/**
 * The same in log2(steps) steps, sharing no code with `spin`: two jumps in a row are one jump.
 *
 * F. B. Brown, "Random Number Generation with Arbitrary Stride", Transactions of the American Nuclear Society 71 (1994).
 */
export function jump(from: number, steps: number): number {
  let [byMultiplier, byIncrement] = [1, 0]
  let [squareMultiplier, squareIncrement] = [multiplier, increment]
  for (let left = steps; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) {
      byMultiplier = Math.imul(squareMultiplier, byMultiplier)
      byIncrement = (Math.imul(squareMultiplier, byIncrement) + squareIncrement) | 0
    }
    squareIncrement = (Math.imul(squareMultiplier, squareIncrement) + squareIncrement) | 0
    squareMultiplier = Math.imul(squareMultiplier, squareMultiplier)
  }
  return (Math.imul(byMultiplier, from) + byIncrement) | 0
}

/** How many steps take 1 µs on this machine: the fastest of several tries, since others only slow it down. */
export function stepsPerMicrosecond(): number {
  const steps = 2_000_000
  let fastestMs = Number.POSITIVE_INFINITY
  for (let time = 0; time < 20; time++) {
    const start = performance.now()
    if (spin(time, steps) !== jump(time, steps)) throw new Error('spin and jump end in different places')
    fastestMs = Math.min(fastestMs, performance.now() - start)
  }
  return steps / (fastestMs * 1_000)
}
