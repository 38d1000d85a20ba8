import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import type { Summary, TokenMove } from '../../core/summary.js';
import { formatUnits } from '../../core/units.js';
import { type Fields, isObject, textOf, wholeOf } from './fields.js';
import { readDestination } from './xrp-key.js';

/** An amount of XRP in drops, or of a currency that an account has issued, as a decimal text. */
type Amount =
  | { readonly drops: bigint; readonly text: string }
  | { readonly currency: string; readonly issuer: string; readonly value: string; readonly text: string };

interface Content {
  readonly kind: Summary['kind'];
  readonly to?: string;
  readonly value: bigint;
  readonly tokens: readonly TokenMove[];
  readonly text: string;
}

const PARTIAL_PAYMENT = 0x0002_0000;
const MAX_DROPS = 10n ** 17n;

/** Transactions that give control or everything away, with the words for them. */
const warnings: Readonly<Record<string, string>> = {
  SetRegularKey: 'CHANGES THE KEY that may sign for the account',
  SignerListSet: 'CHANGES WHO MAY SIGN for the account',
  AccountDelete: 'DELETES THE ACCOUNT and gives everything away',
  DelegateSet: 'CHANGES WHO MAY ACT for the account',
};

/** Says what a transaction does, from the very fields that are signed. @throws CustosError AMOUNT_INVALID, ADDRESS_INVALID */
export function summarize(
  fields: Fields,
  { account, fee }: { readonly account: string; readonly fee: bigint },
): Summary {
  const type = textOf(fields['TransactionType'], 'TransactionType');
  const describe = readers[type];
  const content = describe === undefined ? other(type, fields) : describe(fields, account);
  const flags = Number(fields['Flags'] ?? 0);
  const tag = fields['DestinationTag'];
  const sequence = Number(fields['Sequence']);
  const note = tag === undefined ? '' : ` with the destination tag ${String(tag)}`;
  return {
    kind: content.kind,
    from: account,
    ...(content.to !== undefined && { to: content.to }),
    value: { asset: 'XRP', amount: content.value },
    tokens: content.tokens,
    hazards: [],
    fee: { asset: 'XRP', amount: fee },
    ...(sequence > 0 && { nonce: BigInt(sequence) }),
    method: type,
    ...(tag !== undefined && { memo: String(tag) }),
    opaque: describe === undefined && warnings[type] === undefined,
    text: `${account} ${content.text}${note}${flags === 0 ? '' : `, with the flags ${flags}`}; the fee is ${drops(fee)}`,
  };
}

const readers: Readonly<Record<string, (fields: Fields, account: string) => Content>> = {
  Payment(fields, account) {
    const to = readDestination(textOf(fields['Destination'], 'Destination')).address;
    const amount = readAmount(fields['Amount'], 'Amount');
    const most = fields['SendMax'] === undefined ? undefined : readAmount(fields['SendMax'], 'SendMax');
    const isPartial = (Number(fields['Flags'] ?? 0) & PARTIAL_PAYMENT) !== 0;
    const words = `${isPartial ? 'sends AT MOST' : 'sends'} ${amount.text} to ${to}${most === undefined ? '' : `, for at most ${most.text}`}`;
    const spent = most ?? amount;
    if ('drops' in spent && 'drops' in amount)
      return { kind: 'transfer', to, value: spent.drops, tokens: [], text: words };
    const tokens = 'drops' in amount ? [] : [move(amount, { from: account, to, action: 'transfer' })];
    return { kind: 'token-transfer', to, value: 'drops' in spent ? spent.drops : 0n, tokens, text: words };
  },
  TrustSet(fields, account) {
    const limit = readAmount(fields['LimitAmount'], 'LimitAmount');
    if ('drops' in limit) throw new CustosError('AMOUNT_INVALID', 'LimitAmount is XRP, not an issued currency');
    const tokens = [move(limit, { from: account, to: limit.issuer, action: 'approve' })];
    return { kind: 'token-approval', value: 0n, tokens, text: `trusts ${limit.issuer} for up to ${limit.text}` };
  },
  AccountSet(fields) {
    const [set, clear] = [fields['SetFlag'], fields['ClearFlag']];
    const changes = [
      set === undefined ? '' : `sets ${String(set)}`,
      clear === undefined ? '' : `clears ${String(clear)}`,
    ];
    const list = changes.filter((change) => change !== '').join(' and ');
    return {
      kind: 'other',
      value: 0n,
      tokens: [],
      text: `changes the account's settings${list === '' ? '' : `: ${list}`}`,
    };
  },
  OfferCreate(fields) {
    const [gets, pays] = [readAmount(fields['TakerGets'], 'TakerGets'), readAmount(fields['TakerPays'], 'TakerPays')];
    return { kind: 'other', value: 0n, tokens: [], text: `offers ${gets.text} for ${pays.text}` };
  },
  OfferCancel: (fields) => {
    return { kind: 'other', value: 0n, tokens: [], text: `takes the offer ${String(fields['OfferSequence'])} back` };
  },
};

/** What is not taken apart is named with its receiver and its amounts. */
function other(type: string, fields: Fields): Content {
  const destination = fields['Destination'];
  const to = destination === undefined ? undefined : readDestination(textOf(destination, 'Destination')).address;
  const amount = fields['Amount'] === undefined ? undefined : readAmount(fields['Amount'], 'Amount');
  const words = warnings[type] ?? `makes a transaction of the type ${quote(type)}`;
  return {
    kind: 'other',
    ...(to !== undefined && { to }),
    value: amount !== undefined && 'drops' in amount ? amount.drops : 0n,
    tokens: [],
    text: `${words}${amount === undefined ? '' : ` with ${amount.text}`}${to === undefined ? '' : ` to ${to}`}`,
  };
}

/** Drops as a text of digits, or an issued currency. A JSON number would have lost digits already. */
function readAmount(value: unknown, name: string): Amount {
  if (typeof value === 'string') {
    if (!/^\d{1,18}$/.test(value))
      throw new CustosError('AMOUNT_INVALID', `${name} is ${quote(value)}, not a whole number of drops`);
    const amount = wholeOf(value, name, MAX_DROPS);
    return { drops: amount, text: drops(amount) };
  }
  const { currency, issuer, value: number } = isObject(value) ? value : {};
  const isNumber = typeof number === 'string' && /^\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,2})?$/.test(number);
  if (typeof currency !== 'string' || typeof issuer !== 'string' || !isNumber) {
    throw new CustosError('AMOUNT_INVALID', `${name} is ${quote(value)}, neither drops nor an issued currency`);
  }
  readDestination(issuer);
  const shown = currencyName(currency);
  return { currency: shown, issuer, value: number, text: `${number} ${shown}.${issuer}` };
}

/** The name of a currency: forty digits hold three letters in the old form, or any bytes, which stay as they are. */
export function currencyName(currency: string): string {
  const letters = /^(00){12}((?:[2-7][0-9a-f]){3})(00){5}$/i.exec(currency)?.[2];
  return letters === undefined ? currency : Buffer.from(letters, 'hex').toString('latin1');
}

/** Issued amounts are decimal: they are given in units of 10^-15, so that none that the ledger can hold is rounded away. */
function move(
  amount: Extract<Amount, { currency: string }>,
  place: Pick<TokenMove, 'action'> & { readonly from: string; readonly to: string },
): TokenMove {
  const exact = /^(\d+)(?:\.(\d{1,15}))?$/.exec(amount.value);
  const units = exact === null ? undefined : BigInt(`${exact[1]}${(exact[2] ?? '').padEnd(15, '0')}`);
  return {
    standard: 'issued currency (10^-15)',
    contract: `${amount.currency}.${amount.issuer}`,
    ...place,
    ...(units !== undefined && { amount: units }),
  };
}

function drops(amount: bigint): string {
  return `${formatUnits(amount, 6)} XRP`;
}
