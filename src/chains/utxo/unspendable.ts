import { hex } from '@scure/base';
import { isPublicKey } from '../../crypto/secp256k1.js';
import { readScript, type UtxoNetwork } from './script.js';

const OP_FALSE = 0x00;
const OP_PUSHDATA1 = 0x4c;
const OP_PUSHDATA2 = 0x4d;
const OP_1 = 0x51;
const OP_13 = 0x5d;
const OP_RETURN = 0x6a;
/** No script that is longer can be run (Bitcoin's rule, kept by all of these chains). */
const MAX_SCRIPT = 10_000;
/** In front of an output's script on Bitcoin Cash: the output holds tokens (CHIP-2022-02 CashTokens). */
const TOKEN_PREFIX = 0xef;

/**
 * Hashes without a known preimage: all zeros and all ones, and those of well-known addresses that were written as words
 * (1BitcoinEaterAddressDontSendf59kuE, 1CounterpartyXXXXXXXXXXXXXXXUWLpVr).
 */
const nobodys: ReadonlySet<string> = new Set([
  ...['00', 'ff'].flatMap((byte) => [byte.repeat(20), byte.repeat(32)]),
  '759d6677091e973b9e9d99f19c68fbf43e3f05f9',
  '818895f3dc2c178629d3d2d8fa3ec4a3f8179821',
]);

/** Prefixes by which protocols recognise their messages, which can move tokens. */
const protocols: readonly (readonly [prefix: string, name: string])[] = [
  ['6f6d6e69', 'Omni Layer message'],
  ['434e545250525459', 'Counterparty message'],
  ['534c5000', 'SLP token message'],
];

/** True for an output that carries data and can never be spent. */
export function isData(script: Uint8Array): boolean {
  return script[0] === OP_RETURN || (script[0] === OP_FALSE && script[1] === OP_RETURN);
}

/** True if it is certain that no one can ever spend what a script holds. */
export function isUnspendable(script: Uint8Array, { bech32 }: UtxoNetwork): boolean {
  if (isData(script) || script.length > MAX_SCRIPT) return true;
  // A taproot output with a key off the curve has neither key nor scripts (BIP-341).
  if (bech32 !== undefined && script.length === 34 && script[0] === OP_1 && script[1] === 32) {
    return !isPublicKey(Uint8Array.from([2, ...script.subarray(2)]));
  }
  const found = readScript(script);
  return 'hash' in found && nobodys.has(hex.encode(found.hash));
}

/** The protocol that an output's message belongs to, if it is known. */
export function protocolOf(script: Uint8Array): string | undefined {
  if (script[0] === TOKEN_PREFIX) return 'output with tokens (CashTokens)';
  if (script[0] === OP_RETURN && script[1] === OP_13) return 'Runes message';
  const digits = hex.encode(readData(script).bytes);
  return protocols.find(([prefix]) => digits.startsWith(prefix))?.[1];
}

/** The data of an output that carries data: its first push, and the text that it is, if it is one. */
export function readData(script: Uint8Array): { readonly bytes: Uint8Array; readonly text?: string } {
  const body = script.subarray(script[0] === OP_RETURN ? 1 : 2);
  const bytes = firstPush(body) ?? body;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // Printable as far as it matters: no zero bytes, which binary data has.
    return text === '' || text.includes('\0') ? { bytes } : { bytes, text };
  } catch {
    return { bytes };
  }
}

function firstPush(body: Uint8Array): Uint8Array | undefined {
  const [code = 0, one = 0, two = 0] = body;
  const [start, length] =
    code === OP_PUSHDATA1
      ? [2, one]
      : code === OP_PUSHDATA2
        ? [3, one + two * 256]
        : [1, code < OP_PUSHDATA1 ? code : -1];
  return length > 0 && start + length <= body.length ? body.subarray(start, start + length) : undefined;
}
