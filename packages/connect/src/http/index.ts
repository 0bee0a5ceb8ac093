/** `millrace/connect/http`: HTTP as source and sink. */

export {}
