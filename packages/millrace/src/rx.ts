/** rxjs in graphs and graphs in rxjs, as `millrace/rx`. Needs the package rxjs beside millrace. */

export * from '@millrace/terms/rx'
