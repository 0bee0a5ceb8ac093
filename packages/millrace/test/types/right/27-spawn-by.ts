// A copy of a term for each device, which knows whose copy it is.
import type { Term } from 'millrace'
import { fromIterable, map, scan, spawnBy } from 'millrace/terms'
import { same } from '../same.ts'

interface Beat {
  readonly device: number
  readonly bpm: number
}
const beats: Term<never, Beat> = fromIterable([{ device: 1, bpm: 60 }])
const means = beats.pipe(
  spawnBy(
    (beat) => beat.device,
    (device) => {
      same<typeof device, number>()
      return scan((mean: number, beat: Beat) => (mean + beat.bpm) / 2, 0).pipe(
        map((mean) => ({ device, mean })),
      )
    },
    { whenFull: 'evict', maxKeys: 10, isLast: (beat) => beat.bpm === 0 },
  ),
)
same<typeof means, Term<never, { device: number; mean: number }>>()
