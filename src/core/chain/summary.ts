import { shown } from '../text/foreign-text.js';
import type { Hazard } from './hazards.js';
import type { MessageKind } from './message-content.js';

/** An amount of one asset in its smallest unit. `asset` is the chain's coin symbol or a token's contract address. */
export interface AssetAmount {
  readonly asset: string;
  readonly amount: bigint;
}

/**
 * What a decoded transaction does, in the usual terms; made from the same bytes that are signed.
 * `opaque` means that the program does not understand a part, e.g. the data of a contract call.
 */
export interface Summary {
  readonly kind:
    | 'transfer'
    | 'token-transfer'
    | 'token-approval'
    | 'contract-call'
    | 'contract-creation'
    | 'other'
    /** No transaction: `message`, `typed-data` and `hash` of `MessageKind`. */
    | MessageKind;
  readonly from: string;
  readonly to?: string;
  /** Coins that leave the sender, without the fee. */
  readonly value: AssetAmount;
  /** Tokens that are moved or approved for spending. */
  readonly tokens: readonly TokenMove[];
  /** The highest possible fee. */
  readonly fee: AssetAmount;
  readonly nonce?: bigint;
  readonly chainId?: bigint;
  /** Name and arguments of the called method, if known. */
  readonly method?: string;
  readonly opaque: boolean;
  /** Coins that go in, on a chain with outputs. */
  readonly inputs?: readonly SummaryInput[];
  /** Where the coins go, on a chain with outputs. */
  readonly outputs?: readonly SummaryOutput[];
  /** Fee per virtual byte in smallest units, rounded down to hundredths. */
  readonly feeRate?: number;
  /** Memo, note or message that goes with a transfer. */
  readonly memo?: string;
  /** Every dangerous effect, whether it is stopped or only shown. */
  readonly hazards: readonly Hazard[];
  /** Every other signed part that determines who is credited, with what, or until when. */
  readonly notes?: readonly SummaryNote[];
  /** One sentence in plain words. */
  readonly text: string;
}

/** One signed part under the chain's own name, e.g. `DestinationTag`, `InvoiceID`, `nLockTime`. */
export interface SummaryNote {
  readonly name: string;
  readonly value: string;
}

interface SummaryInput {
  /** `<txId>:<output index>` */
  readonly outpoint: string;
  readonly address?: string;
  readonly amount: bigint;
  /** Nothing proves the amount, which comes from the request. */
  readonly claimed?: boolean;
}

export interface SummaryOutput {
  /** Absent for a script without an address. */
  readonly address?: string;
  /** The script, if it has no address: hexadecimal digits; for a long script, its beginning and its hash. */
  readonly script?: string;
  readonly amount: bigint;
  /** Goes back to one of the signing keys. */
  readonly change: boolean;
}

export interface TokenMove {
  readonly standard: string;
  readonly contract: string;
  readonly from?: string;
  readonly to?: string;
  /** Smallest unit; absent for a right over all tokens. */
  readonly amount?: bigint;
  readonly tokenId?: bigint;
  readonly action: 'transfer' | 'approve' | 'approve-all' | 'revoke' | 'mint' | 'burn';
}

/** The same summary with all foreign text made safe to show. Applied to every transaction that a chain of the registry decodes. */
export function shownSummary(summary: Summary): Summary {
  const { text, memo, method, notes, hazards, tokens } = summary;
  return {
    ...summary,
    text: shown(text),
    tokens: tokens.map((token) => ({ ...token, contract: shown(token.contract) })),
    ...(memo !== undefined && { memo: shown(memo) }),
    ...(method !== undefined && { method: shown(method) }),
    ...(notes !== undefined && { notes: notes.map(({ name, value }) => ({ name: shown(name), value: shown(value) })) }),
    hazards: hazards.map((hazard) => ({
      ...hazard,
      ...(hazard.asset !== undefined && { asset: shown(hazard.asset) }),
      ...(hazard.party !== undefined && { party: shown(hazard.party) }),
      ...(hazard.text !== undefined && { text: shown(hazard.text) }),
    })),
  };
}

/** The JSON form: every bigint becomes a decimal text. It is built, because writing and reading a text takes six times as long. */
export function summaryToJson(summary: Summary): Record<string, unknown> {
  return membersToJson(summary);
}

function membersToJson(members: object): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(members)) if (member !== undefined) json[name] = valueToJson(member);
  return json;
}

function valueToJson(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? value.map(valueToJson) : membersToJson(value);
}
