import { CustosError } from '../../core/errors.js';
import { tryJson } from '../../core/json.js';
import type { AccountQuestion, SpentApproval } from '../../core/signing/control.js';
import type { BudgetCharge, BudgetWindow } from '../../core/store/budgets.js';

const MOST = 10_000;
/** Digits of an amount. */
const MOST_DIGITS = 1_000;
const TOO_MUCH = 10n ** BigInt(MOST_DIGITS);

/**
 * Writes what a signer process asks as one text, which costs both sides half of what an object with its lists and numbers does: the
 * kind, the mark and the uses of the claim, and a list for each window, or for each approval and each charge.
 */
export function accountText(question: AccountQuestion): string {
  const { mark, uses } = question.claim;
  if (question.kind === 'used') {
    return JSON.stringify(['used', mark, uses, question.wanted.map(({ budget, since }) => [budget, since])]);
  }
  const approvals = question.approvals.map(({ nonce, expires }) => [nonce, expires]);
  const charges = question.charges.map(({ budget, since, amount, max }) =>
    max === undefined ? [budget, since, amount.toString()] : [budget, since, amount.toString(), max.toString()],
  );
  return JSON.stringify(['reserve', mark, uses, approvals, charges]);
}

/** Reads what a signer process asks, as if from an enemy. @throws CustosError SIGNER_DIED: anything that a signer does not ask */
export function parseAccountQuestion(text: unknown): AccountQuestion {
  const parts = typeof text === 'string' ? tryJson(text) : undefined;
  if (!Array.isArray(parts)) throw foreign();
  const [kind, mark, uses, ...rest]: unknown[] = parts;
  const claim = { mark: textOf(mark, /^[\w-]{43}$/), uses: listOf(uses, shortOf) };
  if (kind === 'used' && rest.length === 1) return { kind, claim, wanted: listOf(rest[0], parseWindow) };
  if (kind !== 'reserve' || rest.length !== 2) throw foreign();
  const [approvals, charges] = rest;
  return { kind, claim, approvals: listOf(approvals, parseSpent), charges: listOf(charges, parseCharge) };
}

/** Whether a question can be answered at all: who answers takes any other for that of a broken signer. */
export function isAccountable(question: AccountQuestion): boolean {
  if (!isList(question.claim.uses, isShort)) return false;
  if (question.kind === 'used') return isList(question.wanted, isNamed);
  return question.approvals.length <= MOST && isList(question.charges, isCountable);
}

function isList<T>(list: readonly T[], isFit: (one: T) => boolean): boolean {
  return list.length <= MOST && list.every(isFit);
}

function isNamed({ budget, since }: BudgetWindow): boolean {
  return isShort(budget) && Number.isFinite(since);
}

function isCountable(charge: BudgetCharge): boolean {
  return isNamed(charge) && isAmount(charge.amount) && (charge.max === undefined || isAmount(charge.max));
}

function isAmount(amount: bigint): boolean {
  return amount >= 0n && amount < TOO_MUCH;
}

/** Reads a list of `least` to `most` members. */
function membersOf(value: unknown, least: number, most = least): readonly unknown[] {
  if (!Array.isArray(value) || value.length < least || value.length > most) throw foreign();
  return value;
}

function listOf<T>(value: unknown, parse: (element: unknown) => T): T[] {
  return membersOf(value, 0, MOST).map(parse);
}

function parseWindow(value: unknown): BudgetWindow {
  const [budget, since] = membersOf(value, 2);
  return { budget: shortOf(budget), since: momentOf(since) };
}

function parseCharge(value: unknown): BudgetCharge {
  const [budget, since, amount, ...max] = membersOf(value, 3, 4);
  const charge = { budget: shortOf(budget), since: momentOf(since), amount: amountOf(amount) };
  return max.length === 0 ? charge : { ...charge, max: amountOf(max[0]) };
}

function parseSpent(value: unknown): SpentApproval {
  const [nonce, expires] = membersOf(value, 2);
  if (typeof expires !== 'number' || !Number.isSafeInteger(expires)) throw foreign();
  return { nonce: textOf(nonce, /^[0-9a-f]{32}$/), expires };
}

function momentOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw foreign();
  return value;
}

/** Names and addresses of any form, without line breaks. */
const shortForm = /^[^\n\r]{1,1000}$/u;
const LEAST_LONG = 1_000;

/** Asked several times for each signature, so what is plainly short is not matched character by character. */
function isShort(text: string): boolean {
  if (text.length === 0 || text.length > LEAST_LONG) return shortForm.test(text);
  return !text.includes('\n') && !text.includes('\r');
}

function shortOf(value: unknown): string {
  if (typeof value !== 'string' || !isShort(value)) throw foreign();
  return value;
}

function textOf(value: unknown, form: RegExp): string {
  if (typeof value !== 'string' || !form.test(value)) throw foreign();
  return value;
}

function amountOf(value: unknown): bigint {
  if (typeof value !== 'string' || value.length > MOST_DIGITS || !/^\d+$/.test(value)) throw foreign();
  return BigInt(value);
}

function foreign(): CustosError {
  return new CustosError('SIGNER_DIED', 'the signer process asks what no signer asks');
}
