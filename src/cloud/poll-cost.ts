import { IDS_A_POLL } from '../core/network/limits.js';

/** Signature IDs that one credit pays for (the cloud's price list). */
const IDS_A_CREDIT = 500;
const DAY = 86_400_000;

export interface PollCostOptions {
  /** How many wallets each polled chain has; a chain without wallets is not polled. */
  readonly wallets: readonly number[];
  /** Milliseconds between two polls of a chain. */
  readonly period: number;
  /** The same for an idle chain, if that is longer. */
  readonly idlePeriod?: number;
}

/** What polling costs at Tatum Cloud; your own gateway costs nothing. */
export interface PollCost {
  /** Chains that are polled. */
  readonly chains: number;
  /** Credits a day when every chain is polled as often as possible, rounded up. */
  readonly creditsPerDay: number;
  /** Credits a day when nothing happens. */
  readonly idleCreditsPerDay: number;
}

/** True for Tatum's cloud, which charges credits; your own gateway does not. */
export function takesCredits({ cloudUrl }: { readonly cloudUrl: string }): boolean {
  return URL.canParse(cloudUrl) && /(^|\.)tatum\.io$/.test(new URL(cloudUrl).hostname);
}

/** The credits of polling: the polls of a day times the cost of one poll, for each chain. */
export function pollCost({ wallets, period, idlePeriod = period }: PollCostOptions): PollCost {
  const polled = wallets.filter((count) => count > 0);
  const credits = polled.reduce((sum, count) => sum + creditsOfPoll(count), 0);
  const aDay = (milliseconds: number) => Math.ceil((DAY / milliseconds) * credits);
  return { chains: polled.length, creditsPerDay: aDay(period), idleCreditsPerDay: aDay(Math.max(period, idlePeriod)) };
}

/** The same in words. */
export function pollCostText(cost: PollCost, period: number): string {
  const { chains, creditsPerDay, idleCreditsPerDay } = cost;
  const most = `${creditsPerDay.toLocaleString('en-US')} credits a day at Tatum Cloud`;
  const least = idleCreditsPerDay.toLocaleString('en-US');
  const asked = `polling ${chains} ${chains === 1 ? 'chain' : 'chains'} every ${period / 1000} seconds costs`;
  return idleCreditsPerDay < creditsPerDay
    ? `${asked} up to ${most}, ${least} when nothing happens`
    : `${asked} ${most}`;
}

function creditsOfPoll(wallets: number): number {
  const whole = Math.floor(wallets / IDS_A_POLL);
  return whole * (IDS_A_POLL / IDS_A_CREDIT) + Math.ceil((wallets % IDS_A_POLL) / IDS_A_CREDIT);
}
