import { hex } from '@scure/base';
import type { Hazard } from '../../core/chain/hazards.js';
import type { SummaryNote } from '../../core/chain/summary.js';
import { shown } from '../../core/text/foreign-text.js';
import { sha256 } from '../../crypto/hash.js';
import type { UtxoInput, UtxoOutput } from './format.js';
import type { ProvenTransaction } from './previous.js';
import { addressOf, readScript, type UtxoNetwork } from './script.js';
import { isData, isUnspendable, protocolOf, readData } from './unspendable.js';

/** What a transaction does beside moving coins from address to address. */
export interface UtxoEffects {
  readonly hazards: readonly Hazard[];
  readonly notes: readonly SummaryNote[];
}

export interface EffectsPlace {
  readonly network: UtxoNetwork;
  /** Symbol of the coin. */
  readonly asset: string;
  /** Version of a transaction that needs no word. */
  readonly usualVersion: number;
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

/** Hazards and notes of everything that is signed and is neither an address nor an amount. */
export function effectsOf(transaction: ProvenTransaction, place: EffectsPlace): UtxoEffects {
  const outputs = transaction.outputs.map((output, at) => outputEffects(output, at, place));
  const lock = lockEffects(transaction);
  const { version } = transaction;
  return {
    hazards: [...unproved(transaction, place), ...outputs.flatMap(({ hazards }) => hazards), ...lock.hazards],
    notes: [
      ...(version === place.usualVersion ? [] : [{ name: 'version', value: String(version) }]),
      ...outputs.flatMap(({ notes }) => notes),
      ...lock.notes,
    ],
  };
}

function unproved({ inputs, unproved: places }: ProvenTransaction, { asset }: EffectsPlace): readonly Hazard[] {
  return places.flatMap((at) => {
    const input = inputs[at];
    if (input === undefined) return [];
    const text = `input ${at + 1} (${input.txId}:${input.index}): the amount is only claimed`;
    return [{ kind: 'unproved-amount', asset, amount: input.amount, text }];
  });
}

function outputEffects({ amount, script }: UtxoOutput, at: number, { network, asset }: EffectsPlace): UtxoEffects {
  const name = `output ${at + 1}`;
  const address = addressOf(readScript(script), network);
  if (isData(script)) return dataEffects({ amount, script }, { name, asset });
  if (isUnspendable(script, network)) {
    const party = address === undefined ? {} : { party: address };
    const text = `${name}: nobody can spend what is sent to ${address ?? `the script ${shownScript(script)}`}`;
    return { hazards: [{ kind: 'unspendable-destination', ...party, asset, amount, text }], notes: [] };
  }
  if (address !== undefined) return { hazards: [], notes: [] };
  const protocol = network.cashaddr === undefined ? undefined : protocolOf(script);
  const what = protocol === undefined ? '' : `${protocol}, `;
  const text = `${name}: ${what}script ${shownScript(script)}`;
  return { hazards: [{ kind: 'unknown-script', asset, amount, text }], notes: [] };
}

/** Data in the chain; coins that go there are gone. */
function dataEffects(
  { amount, script }: UtxoOutput,
  { name, asset }: { readonly name: string; readonly asset: string },
): UtxoEffects {
  const data = readData(script);
  const protocol = protocolOf(script);
  const words = [protocol, data.text === undefined ? undefined : shown(JSON.stringify(data.text)), shownScript(script)];
  const value = words.filter((word) => word !== undefined).join(', ');
  const hazards: Hazard[] = [{ kind: 'opaque-data', text: `${name}: data ${value}` }];
  const burnt: Hazard = { kind: 'unspendable-destination', asset, amount, text: `${name}: coins beside data are lost` };
  return { hazards: amount > 0n ? [burnt, ...hazards] : hazards, notes: [{ name: `data of ${name}`, value }] };
}

/** A script in hexadecimal digits; of a long one the beginning and its hash. */
export function shownScript(script: Uint8Array): string {
  if (script.length <= 128) return hex.encode(script);
  const digest = hex.encode(sha256(script));
  return `${hex.encode(script.subarray(0, 64))}... (${script.length} bytes, SHA-256 ${digest})`;
}

/** When the transaction may be mined, and whether another may take its place. */
function lockEffects({ version, lockTime, inputs }: ProvenTransaction): UtxoEffects {
  const hazards: Hazard[] = [];
  const notes: SummaryNote[] = [];
  // A lock time counts only where one of the inputs is not final.
  const isLocked = lockTime > 0 && inputs.some(({ sequence }) => sequence !== FINAL);
  if (lockTime > 0) {
    const when = lockWords(lockTime);
    notes.push({ name: 'nLockTime', value: isLocked ? `not ${when}` : `${lockTime}, without effect` });
    if (isLocked) hazards.push({ kind: 'long-lived', text: `it can be mined only later: not ${when}` });
  }
  for (const [sequence, places] of bySequence(inputs)) {
    const names = places.map((at) => at + 1).join(', ');
    // Nodes take the version for a number without a sign here.
    const wait = version >>> 0 >= 2 ? waitWords(sequence) : undefined;
    const replaceable = sequence < FIRST_FINAL ? ', replaceable' : '';
    const value = `${sequence}${replaceable}${wait === undefined ? '' : `, ${wait}`} (inputs ${names})`;
    notes.push({ name: 'nSequence', value });
    if (wait !== undefined)
      hazards.push({ kind: 'long-lived', text: `it can be mined only later: ${wait} (inputs ${names})` });
  }
  return { hazards, notes };
}

function lockWords(lockTime: number): string {
  if (lockTime < LOCK_TIME_THRESHOLD) return `before block ${lockTime + 1}`;
  return `before ${new Date(lockTime * 1000).toISOString()}`;
}

/** A lock relative to the block of the spent output (BIP-68), if there is one. */
function waitWords(sequence: number): string | undefined {
  const count = sequence & LOCK_MASK;
  if (sequence >= DISABLED || count === 0) return undefined;
  const unit = (sequence & IS_TIME) === 0 ? `${count} blocks` : `${count * 512} seconds`;
  return `not within ${unit} of what it spends`;
}

function bySequence(inputs: readonly UtxoInput[]): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>();
  inputs.forEach(({ sequence }, at) => {
    if (sequence === FINAL) return;
    const places = found.get(sequence) ?? [];
    places.push(at);
    found.set(sequence, places);
  });
  return found;
}
