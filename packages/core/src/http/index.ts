/** `@millrace/core/http`: requests as terms make them, bounded in time and bytes. */

export { type Fetched, fetchWithin, shownUrl } from './fetch-within.ts'
export {
  gaveUp,
  type HttpAnswer,
  type HttpPlan,
  HttpRequest,
  isPassing,
  MAX_RETRY_AFTER_MS,
  retryAfterMs,
} from './http-request.ts'
