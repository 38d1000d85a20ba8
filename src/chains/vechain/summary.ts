import type { Hazard } from '../../core/chain/hazards.js';
import type { Summary, SummaryNote, SummaryOutput } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { type CallRules, type Content, describe } from '../evm/calls/call.js';
import { readAddress, showAddress } from '../shared/keccak-address.js';
import { type Body, blockNumberOf, type Clause } from './format.js';

/** Smallest units of VTHO for one gas at a coefficient of 0, since the vote of 2021. */
const BASE_GAS_PRICE = 10n ** 13n;
/** A day of blocks, one every ten seconds. */
const DAY = 8640;
/** VeChain's proposals with the methods of a token standard of Ethereum; it has none for the others. */
const standards: Readonly<Record<number, string>> = { 20: 'VIP-180', 721: 'VIP-181', 1155: 'VIP-210' };
const rules: CallRules = {
  coin: 'VET',
  decimals: 18,
  show: (address) => showAddress(address, {}),
  standard: (number) => standards[number] ?? `ERC-${number}`,
};

/** Says what a transaction does, clause by clause. @param from - sender as shown */
export function summarize(body: Body, from: string): Summary {
  const { clauses, gas, gasPriceCoef } = body;
  const contents = clauses.map((clause) => describe(messageOf(clause), from, rules));
  const [first] = contents;
  const fee = (gas * BASE_GAS_PRICE * BigInt(255 + gasPriceCoef)) / 255n;
  const single = clauses.length === 1 ? clauses[0] : undefined;
  const sentences = contents.map(({ text }) => text);
  return {
    kind: kindOf(contents),
    from,
    ...(single?.to !== undefined && { to: single.to }),
    value: { asset: 'VET', amount: clauses.reduce((sum, { value = 0n }) => sum + value, 0n) },
    tokens: contents.flatMap(({ tokens }) => tokens),
    hazards: [...contents.flatMap(({ hazards }) => hazards), ...lifetimeOf(body)],
    ...(clauses.length > 1 && { outputs: outputsOf(clauses) }),
    fee: { asset: 'VTHO', amount: fee },
    chainId: BigInt(body.chainTag),
    ...(single !== undefined && first?.method !== undefined && { method: first.method }),
    opaque: contents.some(({ opaque }) => opaque),
    notes: [...clauseNotes(clauses, contents), ...notesOf(body)],
    text: `${from} ${sentences.join(', then ')}; the fee is at most ${formatUnits(fee, 18)} VTHO`,
  };
}

/** Where the coins of several clauses go, which their sum does not show. */
function outputsOf(clauses: readonly Clause[]): readonly SummaryOutput[] {
  return clauses.flatMap(({ to, value: amount = 0n }) =>
    amount === 0n ? [] : [{ ...(to !== undefined && { address: to }), amount, change: false }],
  );
}

function lifetimeOf({ expiration }: Body): Hazard[] {
  if (expiration <= DAY) return [];
  return [{ kind: 'long-lived', text: `valid for ${expiration} blocks, about ${Math.floor(expiration / DAY)} days` }];
}

/** Each of several clauses by itself, because the summary's own fields only say what they do together. */
function clauseNotes(clauses: readonly Clause[], contents: readonly Content[]): SummaryNote[] {
  return contents.flatMap(({ method, notes }, at) => {
    const { to = 'a new contract', value = 0n } = clauses[at] ?? {};
    if (clauses.length === 1) return notes;
    const clause = `clause ${at + 1}`;
    const call = method === undefined ? '' : `, ${method}`;
    const own = notes.map((note) => ({ ...note, name: `${clause}, ${note.name}` }));
    return [{ name: clause, value: `${value} smallest units to ${to}${call}` }, ...own];
  });
}

/** What else is signed. */
function notesOf({ gas, gasPriceCoef, blockRef, expiration, dependsOn, nonce }: Body): SummaryNote[] {
  const note = (name: string, value: string | bigint | number) => ({ name, value: value.toString() });
  return [
    note('gas', gas),
    note('gasPriceCoef', gasPriceCoef),
    note('blockRef', blockRef),
    note('expiration', `${expiration} blocks, up to block ${blockNumberOf(blockRef) + expiration}`),
    ...(dependsOn === null ? [] : [note('dependsOn', dependsOn)]),
    note('nonce', nonce),
  ];
}

function kindOf(contents: readonly Content[]): Summary['kind'] {
  const kinds = new Set(contents.map(({ kind }) => kind));
  const [only = 'other'] = kinds;
  return kinds.size === 1 ? only : 'other';
}

function messageOf({ to, value = 0n, data }: Clause) {
  return { ...(to !== undefined && { to: readAddress(to, {}) }), value, data };
}
