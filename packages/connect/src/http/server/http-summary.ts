/** `HttpCounts`, `HttpSummary`: what became of the requests of a run. Counted by `RequestDesk`. */

/** What became of the requests of a run. They add up to `requests`. */
export interface HttpCounts {
  /** Requests that came. */
  requests: number
  /** Answered by the graph, or taken by a webhook. */
  answered: number
  /** Answered by `refuse`, or malformed: the graph has not seen them. */
  refused: number
  /** 503: there were too many, or the run was about to end. */
  turnedAway: number
  /** 413. */
  tooLarge: number
  /** 504, or 408: their time was over. */
  timedOut: number
  /** The graph let them go without an answer. */
  unanswered: number
  /** Their clients went away before. */
  gone: number
}

/** What the answers of a run came to. */
export interface HttpSummary extends Readonly<HttpCounts> {
  /** Answers that came after their request had ended: their time was over, the client had gone, or it was passed over. */
  readonly late: number
}
