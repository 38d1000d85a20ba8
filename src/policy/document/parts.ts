import type { Target } from '../../core/policy/policy.js';
import type { TargetDocument } from './document.js';
import { invalid } from './text.js';

const unit = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** @param text - `30m`, `24h` or `7d` */
export function milliseconds(text: string): number {
  const each = text.endsWith('m') ? unit.m : text.endsWith('h') ? unit.h : unit.d;
  return Number(text.slice(0, -1)) * each;
}

/** @param text - a decimal number. @throws CustosError POLICY_INVALID: it has more decimals than the asset */
export function smallestUnits(text: string, decimals: number, at: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  if (fraction.length > decimals) throw invalid(at, `is ${text}, which has more than ${decimals} decimals`);
  return BigInt(whole + fraction.padEnd(decimals, '0'));
}

/** @param text - `mon-fri`, `sat`, or a list of these; a range may go over the end of the week */
export function daysOf(text: string | readonly string[]): ReadonlySet<number> {
  const days = new Set<number>();
  for (const range of [text].flat()) {
    const [first = '', last = first] = range.split('-');
    const end = weekdays.indexOf(last);
    for (let day = weekdays.indexOf(first); ; day = (day + 1) % 7) {
      days.add(day);
      if (day === end) break;
    }
  }
  return days;
}

/** @param text - `09:00-17:00`: from the first minute until before the second. @throws CustosError POLICY_INVALID: it is empty */
export function hoursOf(text: string, at: string): { readonly start: number; readonly end: number } {
  const [start = 0, end = 0] = text.split('-').map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
  if (start === end) throw invalid(at, `is ${text}, which is never; leave it out for the whole day`);
  return { start, end };
}

interface Naming {
  readonly books: ReadonlyMap<string, unknown>;
  /** The form in which addresses are compared. */
  form(address: string): string;
}

/** @throws CustosError POLICY_INVALID: a book is not declared, or `any` has company */
export function targetOf(document: TargetDocument, { books, form }: Naming, at: string): Target {
  const words = [document].flat();
  if (words.includes('any') && words.length > 1) throw invalid(at, 'says any and something else');
  const addresses = words.filter((word) => !/^(?:any|self|own|book:.*)$/.test(word));
  const named = words.filter((word) => word.startsWith('book:')).map((word) => word.slice('book:'.length));
  const unknown = named.find((name) => !books.has(name));
  if (unknown !== undefined) throw invalid(at, `names the book ${unknown}, which is not declared`);
  return {
    any: words.includes('any'),
    self: words.includes('self'),
    own: words.includes('own'),
    addresses: new Set(addresses.map(form)),
    books: named,
  };
}
