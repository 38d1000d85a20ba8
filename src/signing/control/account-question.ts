import { CustosError } from '../../core/errors.js';
import type { AccountQuestion, SignatureClaim, SpentApproval } from '../../core/signing/control.js';
import type { BudgetCharge, BudgetWindow } from '../../core/store/budgets.js';

const MOST = 10_000;

/** Reads what a signer process asks, as if from an enemy. @throws CustosError SIGNER_DIED: anything that a signer does not ask */
export function parseAccountQuestion(value: unknown): AccountQuestion {
  const of = membersOf(value);
  const claim = parseClaim(of('claim'));
  if (of('kind') === 'used') return { kind: 'used', claim, wanted: listOf(of('wanted'), parseWindow) };
  if (of('kind') !== 'reserve') throw foreign();
  const approvals = listOf(of('approvals'), parseSpent);
  return { kind: 'reserve', claim, approvals, charges: listOf(of('charges'), parseCharge) };
}

/** Whether a question can be answered at all: who answers takes any other for that of a broken signer. */
export function isAccountable(question: AccountQuestion): boolean {
  try {
    return parseAccountQuestion(question).kind === question.kind;
  } catch (error) {
    if (error instanceof CustosError) return false;
    throw error;
  }
}

type Members = (name: string) => unknown;

/** Own properties only: an inherited one was never part of the message. */
function membersOf(value: unknown): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw foreign();
  return (name) => (Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined);
}

function listOf<T>(value: unknown, parse: (element: unknown) => T): T[] {
  if (!Array.isArray(value) || value.length > MOST) throw foreign();
  return Array.from({ length: value.length }, (_, at) => parse(value[at]));
}

function parseClaim(value: unknown): SignatureClaim {
  const claim = membersOf(value);
  return { mark: textOf(claim('mark'), /^[\w-]{43}$/), uses: listOf(claim('uses'), shortOf) };
}

function parseWindow(value: unknown): BudgetWindow {
  const window = membersOf(value);
  const since = window('since');
  if (typeof since !== 'number' || !Number.isFinite(since)) throw foreign();
  return { budget: shortOf(window('budget')), since };
}

function parseCharge(value: unknown): BudgetCharge {
  const charge = membersOf(value);
  const max = charge('max');
  return {
    ...parseWindow(value),
    amount: amountOf(charge('amount')),
    ...(max !== undefined && { max: amountOf(max) }),
  };
}

function parseSpent(value: unknown): SpentApproval {
  const spent = membersOf(value);
  const expires = spent('expires');
  if (typeof expires !== 'number' || !Number.isSafeInteger(expires)) throw foreign();
  return { nonce: textOf(spent('nonce'), /^[0-9a-f]{32}$/), expires };
}

/** Names and addresses of any form, without line breaks. */
const shortForm = /^[^\n\r]{1,1000}$/u;
const LEAST_LONG = 1_000;

/** Asked several times for each signature, so what is plainly short is not matched character by character. */
function shortOf(value: unknown): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > LEAST_LONG) return textOf(value, shortForm);
  if (value.includes('\n') || value.includes('\r')) throw foreign();
  return value;
}

function textOf(value: unknown, form: RegExp): string {
  if (typeof value !== 'string' || !form.test(value)) throw foreign();
  return value;
}

function amountOf(value: unknown): bigint {
  if (typeof value !== 'bigint' || value < 0n) throw foreign();
  return value;
}

function foreign(): CustosError {
  return new CustosError('SIGNER_DIED', 'the signer process asks what no signer asks');
}
