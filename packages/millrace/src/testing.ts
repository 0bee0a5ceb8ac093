/**
 * What the tests of graphs and of new terms need: virtual time, recorded runs, the contracts of terms.
 *
 * @module millrace/testing
 */

export * from '@millrace/core/testing'
export * from '@millrace/scheduler/testing'
