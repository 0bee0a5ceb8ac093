/** `millrace/connect/mysql`: MariaDB and MySQL as source and sink. */

export {}
