/**
 * What an error answer of a node or cloud is about. `final`: these bytes or this request. `wait`: the connection, or the other
 * side's state, limits or keys. `unknown`: it is unclear, so a question waits, and the chain decides about signed bytes.
 */
export type Meaning = 'final' | 'wait' | 'unknown';

/** The parts of an error answer that say what it is about. */
export interface FailingAnswer {
  readonly status: number;
  /** Code of a JSON-RPC error object. */
  readonly code?: number;
  /** Message of the error object, or the body. */
  readonly words: string;
}

/** One kind of answer; all given members must match. */
export interface AnswerRow {
  readonly name: string;
  readonly statuses?: readonly number[];
  readonly codes?: readonly number[];
  readonly words?: RegExp;
  /** Matches only answers without an error object; an error object is an answer whatever the status. */
  readonly bare?: true;
  readonly means: 'final' | 'wait';
}

/** The table: the first matching row decides, and an answer that matches none is `unknown`. */
export const answerTable: readonly AnswerRow[] = [
  {
    name: 'a page of a proxy, firewall or server',
    words: /^\s*(<!doctype|<\?xml|<html|<head|<body|<title)/i,
    means: 'wait',
  },
  { name: 'a key or an account that is at fault', statuses: [401, 402, 407, 511], means: 'wait' },
  { name: 'a limit of the way', statuses: [408, 413, 414, 421, 425, 426, 429, 431, 451], means: 'wait' },
  // A contract may say anything, so no later row may match its words.
  {
    name: 'a call that is reverted',
    words: /execution reverted|VM Exception|always failing transaction|reverted/i,
    means: 'final',
  },
  {
    name: 'a block that this node has not, or no more',
    words:
      /blockhash not found|header not found|(unknown|missing) block|block (is )?not (found|available)|missing trie node|state (is )?not available|historical state/i,
    means: 'wait',
  },
  {
    name: 'funds, gas or form of the transaction',
    words:
      /insufficient (funds|balance|lamports)|(gas required|transfer amount|amount) exceeds|intrinsic gas|exceeds (block )?gas limit|out of gas|invalid (sender|signature|opcode)|simulation failed/i,
    means: 'final',
  },
  {
    name: 'a number that is used',
    words: /nonce( is)? ?(too low|has already been used)|old ?nonce|invalid nonce/i,
    means: 'final',
  },
  {
    name: 'a right that is missing',
    words: /ip\.not\.allowed|forbidden|unauthori[sz]ed|(invalid|missing) api.?key|subscription\.|not in your plan/i,
    means: 'wait',
  },
  {
    name: 'a provider without a node behind it',
    words:
      /no (available|healthy|working) |upstream|(service|server|node|backend|endpoint) (is )?(un\w+|busy|overloaded|down)|bad gateway|connection (refused|reset|closed)|ECONN[A-Z]+/i,
    means: 'wait',
  },
  {
    name: 'a limit of the provider',
    words:
      /too many requests|(rate|request|credit|quota|daily|capacity|throughput|compute units?).{0,30}(limit|exceeded|exhausted)|payment required/i,
    means: 'wait',
  },
  { name: 'a time that was too short', words: /time(d )?-?out|temporar(y|ily)|try again|retry later/i, means: 'wait' },
  {
    name: 'a node that is not ready',
    words: /syncing|not (yet )?(synced|ready)|warming up|loading block/i,
    means: 'wait',
  },
  { name: 'a fault inside the node', words: /internal (server |json-?rpc )?error/i, means: 'wait' },
  // JSON-RPC 2.0, 5.1: parse error, invalid request, method not found, internal error.
  { name: 'a question that did not get through whole', codes: [-32700, -32600, -32601, -32603], means: 'wait' },
  // EIP-1474 (resource not found, unavailable, method not supported, limit exceeded), Solana (block or node not available), providers.
  {
    name: 'a resource or method that is not there',
    codes: [-32001, -32002, -32004, -32005, -32006, -32007, -32009, -32011, -32014, -32016, -32029, -32090, 429],
    means: 'wait',
  },
  // bitcoind: out of memory, not connected, in initial download, database error, warming up.
  { name: 'a bitcoind that is not ready', codes: [-7, -9, -10, -20, -28], means: 'wait' },
  // EIP-1474 (rejected), OpenEthereum, geth (reverted), JSON-RPC (invalid params).
  { name: 'a transaction that is rejected by its code', codes: [3, -32003, -32010, -32602], means: 'final' },
  // bitcoind: invalid parameter, cannot be decoded, verify error, rejected by rules.
  { name: 'bytes that bitcoind rejects', codes: [-8, -22, -25, -26], means: 'final' },
  {
    name: 'a route or right that is not there',
    bare: true,
    statuses: [403, 404, 405, 406, 410, 415, 501],
    means: 'wait',
  },
  { name: 'a fault of the server', bare: true, statuses: [500, 502, 503, 504], means: 'wait' },
  { name: 'a request that is read and refused', bare: true, statuses: [400, 409, 422], means: 'final' },
];

/** How many characters of foreign text are examined. */
const LOOKED_AT = 4096;

/** @returns what an error answer is about */
export function meaningOf(answer: FailingAnswer): Meaning {
  return rowOf(answer)?.means ?? 'unknown';
}

/** The row of the table that matches an answer. */
export function rowOf({ status, code, words }: FailingAnswer): AnswerRow | undefined {
  const shown = words.slice(0, LOOKED_AT);
  return answerTable.find((row) => {
    if (row.bare === true && code !== undefined) return false;
    if (row.statuses !== undefined && !row.statuses.includes(status)) return false;
    if (row.codes !== undefined && (code === undefined || !row.codes.includes(code))) return false;
    return row.words === undefined || row.words.test(shown);
  });
}
