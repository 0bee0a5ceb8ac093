/** `millrace/connect/sqlite`: SQLite as source and sink. */

export {}
