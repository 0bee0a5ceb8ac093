/**
 * A run's figures and spans for OpenTelemetry. Needs `@opentelemetry/api` beside millrace.
 *
 * @module millrace/otel
 */

export { type ObservedRun, type OtelOptions, observeRun } from './otel/observe-run.ts'
