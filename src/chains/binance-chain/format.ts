import { concatBytes } from '@noble/hashes/utils.js';

/** Denomination of the chain's own coin. */
export const COIN = 'BNB';

/** Coins of one denomination in 1/10^8, e.g. `BNB` or `USDT-DC8`. */
export interface Coin {
  readonly denom: string;
  readonly amount: bigint;
}

/** One side of a transfer. */
export interface Party {
  /** 20 bytes. */
  readonly address: Uint8Array;
  /** The same in bech32. */
  readonly text: string;
  readonly coins: readonly Coin[];
}

/** A transfer with everything that is signed. */
export interface BinanceTransfer {
  readonly inputs: readonly Party[];
  readonly outputs: readonly Party[];
  readonly memo: string;
  readonly chainId: string;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
}

/** Prefixes of the registered types (amino): MsgSend, StdTx, and a public key of secp256k1 with its length. */
const SEND = Uint8Array.of(0x2a, 0x2c, 0x87, 0xfa);
const STANDARD_TRANSACTION = Uint8Array.of(0xf0, 0x62, 0x5d, 0xee);
const PUBLIC_KEY = Uint8Array.of(0xeb, 0x5a, 0xe9, 0x87, 0x21);
const BYTES = 2;
const VARINT = 0;

/** What all parties of one side have together, by denomination. */
export function sums(parties: readonly Party[]): Map<string, bigint> {
  const sum = new Map<string, bigint>();
  for (const { denom, amount } of parties.flatMap(({ coins }) => coins))
    sum.set(denom, (sum.get(denom) ?? 0n) + amount);
  return sum;
}

/**
 * The text that is signed: JSON without blanks, all members in alphabetical order.
 * @returns UTF-8; its SHA-256 is what the signature is over
 */
export function signDocument(transfer: BinanceTransfer): Uint8Array {
  const { chainId, memo, accountNumber, sequence } = transfer;
  // Amounts are JSON numbers here and go in as digits, so that none is rounded.
  const coins = (party: Party) =>
    party.coins.map(({ amount, denom }) => `{"amount":${amount},"denom":${JSON.stringify(denom)}}`).join(',');
  const side = (parties: readonly Party[]) =>
    parties.map((party) => `{"address":${JSON.stringify(party.text)},"coins":[${coins(party)}]}`).join(',');
  const message = `{"inputs":[${side(transfer.inputs)}],"outputs":[${side(transfer.outputs)}]}`;
  const text =
    `{"account_number":"${accountNumber}","chain_id":${JSON.stringify(chainId)},"data":null,` +
    `"memo":${JSON.stringify(memo)},"msgs":[${message}],"sequence":"${sequence}","source":"0"}`;
  return new TextEncoder().encode(text);
}

/** The signed transaction in amino, with its length before it. @param publicKey - 33 bytes   @param signature - 64 bytes */
export function signedBytes(transfer: BinanceTransfer, publicKey: Uint8Array, signature: Uint8Array): Uint8Array {
  const message = concatBytes(
    SEND,
    ...transfer.inputs.map((party) => bytes(1, partyBytes(party))),
    ...transfer.outputs.map((party) => bytes(2, partyBytes(party))),
  );
  const signed = concatBytes(
    bytes(1, concatBytes(PUBLIC_KEY, publicKey)),
    bytes(2, signature),
    number(3, transfer.accountNumber),
    number(4, transfer.sequence),
  );
  const memo = new TextEncoder().encode(transfer.memo);
  const body = concatBytes(STANDARD_TRANSACTION, bytes(1, message), bytes(2, signed), bytes(3, memo));
  return concatBytes(varint(BigInt(body.length)), body);
}

function partyBytes({ address, coins }: Party): Uint8Array {
  const text = new TextEncoder();
  const parts = coins.map(({ denom, amount }) =>
    bytes(2, concatBytes(bytes(1, text.encode(denom)), number(2, amount))),
  );
  return concatBytes(bytes(1, address), ...parts);
}

/** Amino leaves out what is empty or zero. */
function bytes(field: number, value: Uint8Array): Uint8Array {
  if (value.length === 0) return value;
  return concatBytes(Uint8Array.of(field * 8 + BYTES), varint(BigInt(value.length)), value);
}

function number(field: number, value: bigint): Uint8Array {
  return value === 0n ? new Uint8Array(0) : concatBytes(Uint8Array.of(field * 8 + VARINT), varint(value));
}

function varint(value: bigint): Uint8Array {
  const parts: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) parts.push(Number(rest & 127n) | 128);
  parts.push(Number(rest));
  return Uint8Array.from(parts);
}
