/** `@millrace/core/http`: requests as terms make them, bounded in time and bytes. */

export {
  gaveUp,
  type HttpAnswer,
  type HttpPlan,
  HttpRequest,
  isPassing,
  retryAfterMs,
  shownUrl,
} from './http-request.ts'
