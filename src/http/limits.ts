/** How much of a server its clients may take. Times are in milliseconds. */
export interface Limits {
  /** Connections that are open at the same time. */
  readonly connections: number;
  /** From the start of a connection, or of a request on it, until the header is there. */
  readonly headerTime: number;
  /** The same until the whole request is there. */
  readonly requestTime: number;
  /** Without a byte in either direction; longer than the slowest answer takes to be made. */
  readonly silence: number;
}

/** Header of a request in bytes, its first line included. */
export const HEADER_BYTES = 16 * 1024;
/** Body of a request in bytes: as it is sent, and once more when it is inflated. */
export const BODY_BYTES = 1024 * 1024;
/**
 * How long a connection without a request stays open for the next one, in milliseconds. Longer than the pools of common clients
 * and proxies keep theirs (60 seconds at most): a server that closes first meets requests that are on their way, which then fail.
 */
export const KEEP_ALIVE = 65_000;
