/**
 * SQLite: queries, tables that are written exactly once. On Node 20 it needs `better-sqlite3` beside millrace.
 *
 * @module millrace/connect/sqlite
 */

export * from '@millrace/connect/sqlite'
