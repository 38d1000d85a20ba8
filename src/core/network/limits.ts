/** Signature IDs in one poll, at most: a cloud takes no more. */
export const IDS_A_POLL = 25_000;

/** Polls of one chain that are on their way at the same time. */
export const POLLS_AT_ONCE = 4;

/** Errors in one report, at most: a cloud takes no more. */
export const REPORTS_A_REQUEST = 500;
