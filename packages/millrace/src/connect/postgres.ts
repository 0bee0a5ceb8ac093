/**
 * PostgreSQL: queries, tables that are written exactly once, notifications. Needs `pg` beside millrace.
 *
 * @module millrace/connect/postgres
 */

export * from '@millrace/connect/postgres'
