import type { Effect, EffectArgument } from '../../core/chain/effect.js';
import { type CallRules, effectsOf } from '../evm/calls/call.js';
import { readAddress, showAddress } from '../shared/keccak-address.js';
import { type Body, blockNumberOf, type Clause } from './format.js';

/** Smallest units of VTHO for one gas at a coefficient of 0, since the vote of 2021. */
const BASE_GAS_PRICE = 10n ** 13n;
/** A day of blocks, one every ten seconds. */
const DAY = 8640;
/** The year 2050 as a block: a transaction that refers to a block of the future waits for it, whatever the rest of the reference says. */
const FAR_BLOCK = 99_500_000;
/** VeChain's proposals with the methods of a token standard of Ethereum; it has none for the others. */
const standards: Readonly<Record<number, string>> = { 20: 'VIP-180', 721: 'VIP-181', 1155: 'VIP-210' };
const CLAUSE = 'clause';
/** The second coin, in which fees are paid. Its contract makes it a token, too; both have this one name in effects. */
const FEE_COIN = 'VTHO';

export const rules: CallRules = {
  coin: 'VET',
  decimals: 18,
  show: (address) => showAddress(address, {}),
  read: (address) => readAddress(address, {}),
  standard: (number) => standards[number] ?? `ERC-${number}`,
};

/** The built-in contract of VTHO: "Energy" in ASCII. */
export const FEE_CONTRACT = rules.show(rules.read('0x0000000000000000000000000000456e65726779'));

/** Everything that a transaction does, clause by clause; of several, each effect says of which. @param from - sender as shown */
export function effectsOfBody(body: Body, from: string): readonly Effect[] {
  const { clauses, gas, gasPriceCoef } = body;
  const parts = clauses.map((clause, at) => {
    const effects = effectsOf(messageOf(clause), from, rules).map((effect) => renamed(effect, FEE_CONTRACT, FEE_COIN));
    return clauses.length === 1 ? effects : effects.map((effect) => markedWith(effect, at + 1));
  });
  const amount = (gas * BASE_GAS_PRICE * BigInt(255 + gasPriceCoef)) / 255n;
  const fee: Effect = { op: 'fee', from, asset: FEE_COIN, amount, args: feeArguments(body) };
  return [...parts.flat(), ...lifetimeOf(body, from), fee];
}

/** The effects of each clause, as `effectsOf` made them: VTHO is a contract again. */
export function clausesOf(effects: readonly Effect[]): readonly (readonly Effect[])[] {
  const clauses = new Map<string, Effect[]>();
  for (const effect of effects.filter(({ op }) => op !== 'fee' && op !== 'note')) {
    const clause = effect.args?.findLast(({ name }) => name === CLAUSE)?.value ?? '1';
    const { args = [], ...rest } = renamed(effect, FEE_COIN, FEE_CONTRACT);
    const own = args.filter(({ name }) => name !== CLAUSE);
    const found = clauses.get(clause) ?? [];
    found.push(own.length === 0 ? rest : { ...rest, args: own });
    clauses.set(clause, found);
  }
  return [...clauses.values()];
}

function renamed(effect: Effect, before: string, after: string): Effect {
  return effect.asset === before ? { ...effect, asset: after } : effect;
}

function markedWith(effect: Effect, clause: number): Effect {
  return { ...effect, args: [...(effect.args ?? []), argument(CLAUSE, clause)] };
}

/** Only a request sets so long a life; `complete` fills in a short one. */
function lifetimeOf({ blockRef, expiration }: Body, from: string): Effect[] {
  const last = blockNumberOf(blockRef) + expiration;
  if (expiration <= DAY && last <= FAR_BLOCK) return [];
  const length = `valid for ${expiration} blocks, about ${Math.floor(expiration / DAY)} days`;
  const value = expiration > DAY ? length : `valid up to block ${last}, after 2050`;
  return [{ op: 'note', code: 'long-lived', from, args: [{ name: 'expiration', value }] }];
}

/** What else is signed. `reserved` is always empty: the features of VIP-191 are not used. */
function feeArguments({ chainTag, gas, gasPriceCoef, blockRef, expiration, dependsOn, nonce }: Body): EffectArgument[] {
  return [
    argument('chainTag', chainTag),
    argument('gas', gas),
    argument('gasPriceCoef', gasPriceCoef),
    argument('blockRef', blockRef),
    argument('expiration', `${expiration} blocks, up to block ${blockNumberOf(blockRef) + expiration}`),
    ...(dependsOn === null ? [] : [argument('dependsOn', dependsOn)]),
    argument('nonce', nonce),
  ];
}

function argument(name: string, value: string | bigint | number): EffectArgument {
  return { name, value: value.toString() };
}

function messageOf({ to, value = 0n, data }: Clause) {
  return { ...(to !== undefined && { to: readAddress(to, {}) }), value, data };
}
