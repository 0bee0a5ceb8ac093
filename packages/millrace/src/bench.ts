/**
 * Measuring a graph under several strategies, as `millrace bench` does.
 *
 * @module millrace/bench
 */

export { benchGraph } from './bench/bench-graph.ts'
export {
  type BenchReportOptions,
  curvesOfBench,
  reportOfBench,
} from './bench/bench-report.ts'
export { type BenchTableOptions, tableOfBench } from './bench/bench-table.ts'
export type {
  BenchFigure,
  BenchFigures,
  BenchMachine,
  BenchOptions,
  BenchResult,
  BenchRow,
  BenchSpread,
  BenchStep,
  BenchVary,
  RecordedFigure,
} from './bench/contracts.ts'
