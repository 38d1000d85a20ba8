import { smallestUnits } from '../../chains/shared/units.js';
import type { Chain, ChainRegistry } from '../../core/chain/chain.js';
import { formatUnits } from '../../core/chain/units.js';
import { CustosError } from '../../core/errors.js';
import { MOST_DECIMALS, type SpendingLimit } from '../../core/signing/spending.js';
import type { SpendingRequest } from '../../core/signing/wallets-service.js';
import { type NamedToken, tokenName } from './token-name.js';

/** Limits of one owner. */
const MOST_LIMITS = 50;
const decimal = /^(0|[1-9]\d{0,59})(?:\.(\d{1,36}))?$/;
/** What a chain writes as the name of a token has no blanks in it. */
const plainName = /^[\x21-\x7e]{1,200}$/;

/**
 * Reads what somebody lets an owner spend.
 * @throws CustosError CHAIN_UNKNOWN, SPENDING_INVALID
 */
export function readSpendingLimits(
  chains: ChainRegistry,
  requests: readonly SpendingRequest[],
): readonly SpendingLimit[] {
  if (requests.length > MOST_LIMITS) throw invalid(`an owner has at most ${MOST_LIMITS} limits of spending`);
  const limits = requests.map((request) => readSpendingLimit(chains, request));
  limits.forEach((limit, place) => {
    const isTwice = limits.slice(0, place).some((other) => isSameAsset(other, limit));
    if (isTwice) throw invalid(`what may be spent of ${assetText(limit)} is named twice`);
  });
  return limits;
}

/** Which amount of which asset becomes what; undefined: there is no such limit any more. */
interface AmountChange {
  readonly about: Pick<SpendingRequest, 'token' | 'decimals'> & Pick<SpendingLimit, 'chain'>;
  readonly which: 'aDay' | 'aTransaction';
  readonly amount: string | undefined;
}

/** Changes one amount, and leaves all others. @throws CustosError SPENDING_INVALID */
export function withAmount(
  chains: ChainRegistry,
  limits: readonly SpendingLimit[],
  { about: asked, which, amount }: AmountChange,
): readonly SpendingLimit[] {
  const { token: name, ...place } = asked;
  const token = name === undefined ? {} : { token: nameOf(chains.get(asked.chain), { ...asked, token: name }) };
  const about = { ...place, ...token };
  const before = limits.find((limit) => isSameAsset(limit, about));
  const others = limits.filter((limit) => limit !== before).map(shownLimit);
  const { aDay, aTransaction } = before === undefined ? {} : shownLimit(before);
  // An amount means something else with other decimals, so both are said again then.
  if (before !== undefined && (about.decimals ?? before.decimals) !== before.decimals) {
    throw invalid(`the limit counts ${before.decimals} decimals: end it first`);
  }
  const changed = { ...about, decimals: about.decimals ?? before?.decimals, aDay, aTransaction, [which]: amount };
  const isOver = changed.aDay === undefined && changed.aTransaction === undefined;
  return readSpendingLimits(chains, isOver ? others : [...others, changed]);
}

/** In whole coins. */
export function shownLimits(limits: readonly SpendingLimit[]): readonly SpendingRequest[] {
  return limits.map(shownLimit);
}

function shownLimit({ chain, token, decimals, aDay, aTransaction }: SpendingLimit): SpendingRequest {
  return {
    chain,
    ...(token !== undefined && { token }),
    decimals,
    ...(aDay !== undefined && { aDay: formatUnits(aDay, decimals) }),
    ...(aTransaction !== undefined && { aTransaction: formatUnits(aTransaction, decimals) }),
  };
}

/** Whether both are about the same asset: the letters' case tells none apart. */
function isSameAsset(
  one: Pick<SpendingRequest, 'chain' | 'token'>,
  other: Pick<SpendingRequest, 'chain' | 'token'>,
): boolean {
  return one.chain === other.chain && one.token?.toLowerCase() === other.token?.toLowerCase();
}

function readSpendingLimit(chains: ChainRegistry, request: SpendingRequest): SpendingLimit {
  const chain = chains.get(request.chain);
  const { token, aDay, aTransaction } = request;
  const decimals = decimalsOf(request, chain.decimals);
  const name = token === undefined ? {} : { token: nameOf(chain, { token, decimals }) };
  if (aDay === undefined && aTransaction === undefined) throw invalid('say how much, a day or a transaction');
  const units = (text: string) => unitsOf(text, decimals);
  return {
    ...{ chain: chain.id, decimals, ...name },
    ...(aDay !== undefined && { aDay: units(aDay) }),
    ...(aTransaction !== undefined && { aTransaction: units(aTransaction) }),
  };
}

/** As effects name it: under any other name the limit would never count. */
function nameOf(chain: Chain, named: NamedToken): string {
  if (!plainName.test(named.token)) throw invalid('a token is named as the chain writes it');
  let name: string;
  try {
    name = tokenName(chain, named);
  } catch (error) {
    if (!(error instanceof CustosError)) throw error;
    throw invalid(`it is no token of ${chain.id}: ${error.message}`, error);
  }
  if (name === chain.coin) throw invalid(`this token is the coin of ${chain.id}, which is limited without a token`);
  return name;
}

/** A contract's own word about its decimals is not believed: whoever sets the limit says them. */
function decimalsOf({ token, decimals }: SpendingRequest, ofCoin: number): number {
  if (token === undefined) {
    if (decimals !== undefined && decimals !== ofCoin) throw invalid(`the coin has ${ofCoin} decimals`);
    return ofCoin;
  }
  if (decimals === undefined) throw invalid('say how many decimals the token has');
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > MOST_DECIMALS) {
    throw invalid(`decimals are a whole number from 0 to ${MOST_DECIMALS}`);
  }
  return decimals;
}

function unitsOf(text: string, decimals: number): bigint {
  const [, whole, fraction = ''] = decimal.exec(text) ?? [];
  if (whole === undefined) throw invalid('an amount is a decimal number of whole coins, such as 1.5');
  const units = smallestUnits(whole, fraction, decimals);
  if (units === undefined) throw invalid(`an amount has at most ${decimals} decimals`);
  return units;
}

function assetText({ chain, token }: Pick<SpendingLimit, 'chain' | 'token'>): string {
  return token === undefined ? chain : `${token} on ${chain}`;
}

function invalid(text: string, cause?: CustosError): CustosError {
  return new CustosError('SPENDING_INVALID', text, { ...(cause && { cause }) });
}
