import { RLP } from 'micro-eth-signer/core/rlp.js';
import type { Effect } from '../../../core/chain/effect.js';
import { CustosError } from '../../../core/errors.js';
import { keccak256 } from '../../../crypto/hash.js';
import { recover } from '../../../crypto/secp256k1.js';
import { bytesToHex, quantityToHex } from '../../shared/hexadecimal.js';
import { type AddressStyle, addressOfPoint, readAddress } from '../../shared/keccak-address.js';
import { readQuantity } from '../../shared/quantity.js';
import type { JsonMembers } from '../json.js';

/** One account that lets the code of a contract act for it, as its own key signed it (EIP-7702). */
export interface Authorization {
  /** 0 holds on every chain. */
  readonly chainId: bigint;
  /** The contract, 20 bytes; zeros take the code away. */
  readonly address: Uint8Array;
  readonly nonce: bigint;
  readonly yParity: bigint;
  readonly r: bigint;
  readonly s: bigint;
}

/** Gas that each costs at the most (EIP-7702, PER_EMPTY_ACCOUNT_COST). */
export const AUTHORIZATION_GAS = 25_000n;

/** What effects call it. */
export const DELEGATION = 'EIP-7702 delegation';

/** First byte of what an account signs (EIP-7702). */
const MAGIC = 5;
const MOST = 256;
const max64 = 2n ** 64n - 1n;
const max256 = 2n ** 256n - 1n;

/**
 * Reads the signed authorizations of a request.
 * @throws CustosError TRANSACTION_UNSUPPORTED: an empty list, or no list; TRANSACTION_INVALID, ADDRESS_INVALID
 */
export function readAuthorizations(members: JsonMembers, style: AddressStyle): readonly Authorization[] | undefined {
  const list = members.get('authorizationList');
  if (list === undefined) return undefined;
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST) {
    throw new CustosError('TRANSACTION_UNSUPPORTED', `authorizationList is not a list of 1 to ${MOST} entries`);
  }
  return list.map((entry: unknown) => readOne(entry, style));
}

/** The fields as they are signed and sent: chain id, address, nonce, y parity, r, s. */
export function authorizationItems(list: readonly Authorization[]): (bigint | Uint8Array)[][] {
  return list.map(({ chainId, address, nonce, yParity, r, s }) => [chainId, address, nonce, yParity, r, s]);
}

/** The JSON form, as nodes take it. */
export function authorizationsToJson(list: readonly Authorization[]): readonly Readonly<Record<string, string>>[] {
  return list.map(({ address, ...numbers }) => {
    const texts = Object.entries(numbers).map(([name, value]) => [name, quantityToHex(value)] as const);
    return { ...Object.fromEntries(texts), address: bytesToHex(address) };
  });
}

/**
 * What authorizations do: from then on the code of a contract decides over all that the account has.
 * @param show - an address as this program shows it
 */
export function authorizationEffects(
  list: readonly Authorization[],
  show: (address: Uint8Array) => string,
): readonly Effect[] {
  return list.map((one) => {
    const authority = authorityOf(one);
    return {
      op: 'account',
      code: 'account-control',
      from: authority === undefined ? 'an account that cannot be told' : show(authority),
      to: show(one.address),
      method: DELEGATION,
      args: [
        { name: 'chainId', value: one.chainId.toString() },
        { name: 'nonce', value: one.nonce.toString() },
      ],
    };
  });
}

/** The account whose key signed. @returns undefined where no key can have signed it; the network then skips the entry */
function authorityOf({ chainId, address, nonce, yParity, r, s }: Authorization): Uint8Array | undefined {
  if (yParity > 1n) return undefined;
  const body = RLP.encode([chainId, address, nonce]);
  const hash = keccak256(Uint8Array.of(MAGIC, ...body));
  const point = recover(hash, { signature: wordsOf(r, s), recoveryId: yParity === 0n ? 0 : 1 });
  return point === undefined ? undefined : addressOfPoint(point);
}

function wordsOf(r: bigint, s: bigint): Uint8Array {
  return new Uint8Array(Buffer.from([r, s].map((word) => word.toString(16).padStart(64, '0')).join(''), 'hex'));
}

function readOne(value: unknown, style: AddressStyle): Authorization {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('an entry is not an object');
  const entry: JsonMembers = new Map(Object.entries(value));
  const number = (name: string, max: bigint) => {
    if (!entry.has(name)) throw invalid(`an entry has no ${name}`);
    return readQuantity(entry.get(name), { name, code: 'TRANSACTION_INVALID', max });
  };
  return {
    chainId: number('chainId', max256),
    address: readAddress(entry.get('address'), style),
    nonce: number('nonce', max64 - 1n),
    yParity: readParity(entry),
    r: number('r', max256),
    s: number('s', max256),
  };
}

/** `v` is an older name of the same. */
function readParity(entry: JsonMembers): bigint {
  const [parity, v] = ['yParity', 'v'].map((name) =>
    entry.has(name) ? readQuantity(entry.get(name), { name, code: 'TRANSACTION_INVALID', max: 28n }) : undefined,
  );
  const ofV = v === undefined || v < 27n ? v : v - 27n;
  const found = parity ?? ofV;
  if (found === undefined) throw invalid('an entry has no yParity');
  if (found > 255n || (ofV !== undefined && ofV !== found)) throw invalid('yParity and v of an entry differ');
  return found;
}

function invalid(why: string): CustosError {
  return new CustosError('TRANSACTION_INVALID', `the authorizationList cannot be signed: ${why}`);
}
