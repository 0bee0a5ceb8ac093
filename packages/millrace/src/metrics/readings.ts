/**
 * `Readings`: the values of all instruments at a moment, as exporters need them: no counter ever falls, and what was born
 * is what has ended and what is under way. Made once for a run; read by `/metrics` and `millrace/otel`.
 *
 * The figures of a running run are not that steady: what a `StreamTerm` will make of an item is known only later, and the
 * reports of workers arrive a little late.
 */

import type { Durations, Stats } from '@millrace/core'
import { type DurationsPoint, type HistogramInstrument, histograms, neverFewer } from './histograms.ts'
import { type Instrument, instruments, type Point } from './instruments.ts'

/** An instrument with its values. */
export interface Reading {
  readonly instrument: Instrument
  readonly points: readonly Point[]
}

/** A histogram with what it has counted. */
export interface HistogramReading {
  readonly instrument: HistogramInstrument
  readonly points: readonly DurationsPoint[]
}

/** All there is at one moment. */
export interface AllReadings {
  readonly values: readonly Reading[]
  readonly histograms: readonly HistogramReading[]
}

const BORN = 'millrace.run.born.items'
const ENDED = 'millrace.run.ended.items'
const UNDER_WAY = 'millrace.run.under_way.items'

/** Reads one run again and again. */
export class Readings {
  readonly #stats: () => Stats
  /** The largest value of each counter so far. */
  readonly #largest = new Map<string, number>()
  readonly #durations = new Map<string, Durations>()

  constructor(stats: () => Stats) {
    this.#stats = stats
  }

  /** The values now. */
  read(): AllReadings {
    const stats = this.#stats()
    const readings = instruments.map((instrument): Reading => {
      const points = instrument.points(stats)
      if (instrument.kind === 'gauge') return { instrument, points }
      return { instrument, points: points.map((point) => this.#grown(instrument.name, point)) }
    })
    return { values: this.#balanced(readings, stats), histograms: this.#histograms(stats) }
  }

  #histograms(stats: Stats): HistogramReading[] {
    return histograms.map((instrument) => {
      const points = instrument.points(stats).map(({ attributes, durations }): DurationsPoint => {
        const key = `${instrument.name} ${JSON.stringify(attributes)}`
        const grown = neverFewer(durations, this.#durations.get(key))
        this.#durations.set(key, grown)
        return { attributes, durations: grown }
      })
      return { instrument, points }
    })
  }

  #grown(name: string, { attributes, value }: Point): Point {
    const key = `${name} ${JSON.stringify(attributes)}`
    const largest = Math.max(this.#largest.get(key) ?? 0, value)
    this.#largest.set(key, largest)
    return { attributes, value: largest }
  }

  #balanced(readings: readonly Reading[], { phase }: Stats): Reading[] {
    const pointsOf = (name: string): readonly Point[] =>
      readings.find(({ instrument }) => instrument.name === name)?.points ?? []
    const sum = (points: readonly Point[]): number => points.reduce((all, { value }) => all + value, 0)
    const rest = sum(pointsOf(BORN)) - sum(pointsOf(ENDED))
    return readings.map(({ instrument, points }) => {
      if (instrument.name === UNDER_WAY) {
        return { instrument, points: [{ attributes: {}, value: phase === 'ended' ? 0 : rest }] }
      }
      if (instrument.name !== ENDED || phase !== 'ended') return { instrument, points }
      // what was counted as made out of nothing, and then turned out to come of an item that was read
      const corrected = points.map((point) =>
        point.attributes['fate'] === 'filtered' ? { ...point, value: point.value + rest } : point,
      )
      return { instrument, points: corrected }
    })
  }
}
