/**
 * MariaDB and MySQL: queries, tables that are written exactly once. Needs `mysql2` beside millrace.
 *
 * @module millrace/connect/mysql
 */

export * from '@millrace/connect/mysql'
