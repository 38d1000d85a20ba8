/** How much of a server its clients may use. Times are in milliseconds. */
export interface Limits {
  /** Most open connections. */
  readonly connections: number;
  /** From the start of a connection, or of a request on it, until the header is complete. */
  readonly headerTime: number;
  /** The same until the whole request is complete. */
  readonly requestTime: number;
  /** Without a byte in either direction; longer than the slowest answer takes. */
  readonly silence: number;
}

/** Header of a request in bytes, including its first line. */
export const HEADER_BYTES = 16 * 1024;
/** Body of a request in bytes: both as sent and after inflation. */
export const BODY_BYTES = 1024 * 1024;
/**
 * How long a connection without a request stays open for the next one, in milliseconds. Longer than the pools of common clients
 * and proxies keep theirs (60 seconds at most): if a server closes first, requests that are already on their way fail.
 */
export const KEEP_ALIVE = 65_000;
