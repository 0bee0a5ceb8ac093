/**
 * Measuring a graph under several strategies, as `millrace bench` does. Loaded by who measures, and by nobody else.
 *
 * @module millrace/bench
 */

export { benchGraph } from './bench/bench-graph.ts'
export {
  type BenchReportOptions,
  curvesOfBench,
  type RecordedFigure,
  reportOfBench,
} from './bench/bench-report.ts'
export { tableOfBench } from './bench/bench-table.ts'
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
} from './bench/contracts.ts'
