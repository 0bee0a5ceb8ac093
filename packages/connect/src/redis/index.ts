/** `millrace/connect/redis`: Redis as source and sink. */

export {}
