/** `millrace/connect/postgres`: PostgreSQL as source and sink. */

export {}
