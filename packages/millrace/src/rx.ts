/**
 * rxjs in graphs and graphs in rxjs. Needs the package rxjs beside millrace.
 *
 * @module millrace/rx
 */

export * from '@millrace/terms/rx'
