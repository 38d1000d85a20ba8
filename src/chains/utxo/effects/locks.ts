import type { Effect } from '../../../core/chain/effect.js';
import type { SummaryNote } from '../../../core/chain/summary.js';

/** The signed numbers that say when a transaction may be mined. */
export interface Locks {
  readonly version: number;
  readonly lockTime: number;
  /** Of the inputs, in order. */
  readonly sequences: readonly number[];
}

const FINAL = 0xffffffff;
/** Below it a lock time is a height, from it on a time in seconds (Bitcoin's rule). */
const LOCK_TIME_THRESHOLD = 500_000_000;
/** Bits of a sequence number (BIP-68): no lock at all; a time in units of 512 seconds; how long. */
const DISABLED = 2 ** 31;
const IS_TIME = 1 << 22;
const LOCK_MASK = 0xffff;
/** From this number on the transaction cannot be replaced (BIP-125). */
const FIRST_FINAL = 0xfffffffe;

/** One effect for each reason why it can be mined only later. `vin` are the inputs that have the sequence number. */
export function lockEffects(locks: Locks, from: string): readonly Effect[] {
  const late = (...args: readonly { readonly name: string; readonly value: string }[]): Effect => {
    return { op: 'note', code: 'long-lived', from, args };
  };
  const waits = [...bySequence(locks)].filter(([sequence]) => waitWords(sequence, locks.version) !== undefined);
  return [
    ...(isLocked(locks) ? [late({ name: 'locktime', value: String(locks.lockTime) })] : []),
    ...waits.map(([sequence, places]) =>
      late({ name: 'sequence', value: String(sequence) }, { name: 'vin', value: places.join(', ') }),
    ),
  ];
}

/** How a lock's effect is said. @param argument - value of one of its arguments */
export function lockSentence(argument: (name: string) => string | undefined, version: number): string {
  const lockTime = argument('locktime');
  if (lockTime !== undefined) return `it can be mined only later: not ${lockWords(Number(lockTime))}`;
  const places = (argument('vin') ?? '').split(', ').map(Number);
  return `it can be mined only later: ${waitWords(Number(argument('sequence')), version)} (inputs ${inputNames(places)})`;
}

/** When the transaction may be mined, and whether another may take its place. */
export function lockNotes(locks: Locks): readonly SummaryNote[] {
  const { version, lockTime } = locks;
  const lock = isLocked(locks) ? `not ${lockWords(lockTime)}` : `${lockTime}, without effect`;
  const sequences = [...bySequence(locks)].map(([sequence, places]) => {
    const wait = waitWords(sequence, version);
    const replaceable = sequence < FIRST_FINAL ? ', replaceable' : '';
    const value = `${sequence}${replaceable}${wait === undefined ? '' : `, ${wait}`} (inputs ${inputNames(places)})`;
    return { name: 'nSequence', value };
  });
  return [...(lockTime > 0 ? [{ name: 'nLockTime', value: lock }] : []), ...sequences];
}

/** A lock time counts only where one of the inputs is not final. */
function isLocked({ lockTime, sequences }: Locks): boolean {
  return lockTime > 0 && sequences.some((sequence) => sequence !== FINAL);
}

function lockWords(lockTime: number): string {
  if (lockTime < LOCK_TIME_THRESHOLD) return `before block ${lockTime + 1}`;
  return `before ${new Date(lockTime * 1000).toISOString()}`;
}

/** A lock relative to the block of the spent output (BIP-68), if there is one. */
function waitWords(sequence: number, version: number): string | undefined {
  const count = sequence & LOCK_MASK;
  // Nodes take the version for a number without a sign here.
  if (version >>> 0 < 2 || sequence >= DISABLED || count === 0) return undefined;
  const unit = (sequence & IS_TIME) === 0 ? `${count} blocks` : `${count * 512} seconds`;
  return `not within ${unit} of what it spends`;
}

/** The places of inputs that are not final, by their number. */
function bySequence({ sequences }: Locks): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>();
  sequences.forEach((sequence, at) => {
    if (sequence === FINAL) return;
    const places = found.get(sequence) ?? [];
    places.push(at);
    found.set(sequence, places);
  });
  return found;
}

function inputNames(places: readonly number[]): string {
  return places.map((at) => at + 1).join(', ');
}
