import type { Effect } from '../../core/chain/effect.js';
import type { TokenMove } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { isObject } from '../../core/json.js';
import { type Fields, wholeOf } from '../shared/fields.js';
import { readDestination } from './address.js';

/** An amount of XRP in drops, or of an issued asset. */
export type Amount = CoinAmount | IssuedAmount;

interface CoinAmount {
  readonly drops: bigint;
  readonly text: string;
}

interface IssuedAmount {
  /** `CURRENCY.ISSUER`, or the id of a multi-purpose token. */
  readonly contract: string;
  /** Account of a currency; a currency may have a dot in its name, so that `contract` does not tell it. */
  readonly issuer?: string;
  /** Absent where it has more digits than the unit. */
  readonly units?: bigint;
  readonly text: string;
}

/** All XRP there is, in drops. */
const MAX_DROPS = 10n ** 17n;
/** Issued amounts are decimal: summaries count them in units of 10^-15. */
const ISSUED_DECIMALS = 15;

/** Drops as a text of digits, or an issued asset. A JSON number would have lost digits already. @throws CustosError AMOUNT_INVALID */
export function readAmount(value: unknown, name: string): Amount {
  if (typeof value === 'string') {
    if (!/^\d{1,18}$/.test(value))
      throw new CustosError('AMOUNT_INVALID', `${name} is ${quote(value)}, not a whole number of drops`);
    const amount = wholeOf(value, name, MAX_DROPS);
    return { drops: amount, text: drops(amount) };
  }
  const issued = isObject(value) ? (readCurrency(value) ?? readToken(value)) : undefined;
  if (issued !== undefined) return issued;
  throw new CustosError('AMOUNT_INVALID', `${name} is ${quote(value)}, neither drops nor an issued currency`);
}

function readCurrency({ currency, issuer, value }: Fields): IssuedAmount | undefined {
  const isNumber = typeof value === 'string' && /^\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,2})?$/.test(value);
  if (typeof currency !== 'string' || typeof issuer !== 'string' || !isNumber) return undefined;
  readDestination(issuer);
  const units = unitsOf(value);
  const name = `${currencyName(currency)}.${issuer}`;
  return {
    contract: name,
    issuer,
    ...(units !== undefined && { units }),
    text: `${value} ${name}`,
  };
}

/** A multi-purpose token (XLS-33): whole units of an issuance. */
function readToken({ mpt_issuance_id: id, value }: Fields): IssuedAmount | undefined {
  if (typeof id !== 'string' || !/^[0-9a-f]{48}$/i.test(id)) return undefined;
  if (typeof value !== 'string' || !/^\d{1,19}$/.test(value)) return undefined;
  const contract = id.toUpperCase();
  return { contract, units: BigInt(value), text: `${value} of the token ${contract}` };
}

function unitsOf(value: string): bigint | undefined {
  const [, whole = '', fraction = '', exponent = '0'] = /^(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(value) ?? [];
  const digits = BigInt(whole + fraction);
  const shift = ISSUED_DECIMALS + Number(exponent) - fraction.length;
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return digits % divisor === 0n ? digits / divisor : undefined;
}

/** The name of a currency: forty digits hold three letters in the old form. Other digits and invisible letters stay as they are. */
export function currencyName(currency: string): string {
  const letters = /^(00){12}((?:[2-6][0-9a-f]|7[0-9a-e]){3})(00){5}$/i.exec(currency)?.[2];
  return letters === undefined ? currency : Buffer.from(letters, 'hex').toString('latin1');
}

/** True where the summary holds all digits of an amount. */
export function isExact(amount: Amount): boolean {
  return 'drops' in amount || amount.units !== undefined;
}

/** The amount as an effect has it. */
export function assetOf(amount: Amount): { readonly asset: string; readonly amount?: bigint } {
  if ('drops' in amount) return { asset: 'XRP', amount: amount.drops };
  return { asset: amount.contract, ...(amount.units !== undefined && { amount: amount.units }) };
}

/** The token move that an amount of an effect is; none for XRP. */
export function tokenMoves(
  { asset, amount }: Pick<Effect, 'asset' | 'amount'>,
  place: Pick<TokenMove, 'action'> & { readonly from?: string; readonly to?: string },
): readonly TokenMove[] {
  if (asset === undefined || asset === 'XRP') return [];
  const standard = /^[0-9A-F]{48}$/.test(asset) ? 'MPT' : 'issued currency (10^-15)';
  return [{ standard, contract: asset, ...place, ...(amount !== undefined && { amount }) }];
}

export function drops(amount: bigint): string {
  return `${formatUnits(amount, 6)} XRP`;
}
