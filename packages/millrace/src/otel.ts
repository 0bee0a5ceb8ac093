/** The entry `millrace/otel`: a run's figures and spans for OpenTelemetry. Needs `@opentelemetry/api` beside it. */
export { type OtelOptions, observeRun } from './otel/observe-run.ts'
