import type { ChainId, SignatureId } from '../../core/ids.js';
import type { Checked, Match } from './check.js';
import type { Note } from './notes.js';

/** `notImported`: good, but nothing was to be written, or something else is broken. */
type MigrationResult = 'imported' | 'alreadyThere' | 'notImported' | 'broken';

/** An entry that was tried, and what became of it. */
export interface Outcome {
  readonly checked: Checked;
  readonly result: MigrationResult;
}

/** What `migrate --json` prints. Holds no secret. */
export interface MigrationReport {
  readonly file: string;
  /** Said when the file is damaged; `entries` then counts what can still be read. */
  readonly damage?: string;
  readonly entries: number;
  readonly imported: number;
  readonly alreadyThere: number;
  readonly notImported: number;
  readonly broken: number;
  readonly wallets: readonly MigratedWallet[];
}

export interface MigratedWallet {
  /** Place in the file, from 1. */
  readonly entry: number;
  /** Absent when the name of the entry is none. */
  readonly signatureId?: SignatureId;
  readonly chain?: ChainId;
  readonly testnet?: boolean;
  readonly kind?: 'mnemonic' | 'privateKey';
  readonly result: MigrationResult;
  readonly xpub?: string;
  readonly address?: string;
  /** Recorded facts that the secret gives; none for an entry that records nothing but its secret. */
  readonly matches: readonly Match[];
  /** Of a broken entry the first one says why. */
  readonly notes: readonly Note[];
}

export function reportOf(
  { file, damage }: { readonly file: string; readonly damage?: string },
  outcomes: readonly Outcome[],
): MigrationReport {
  const count = (wanted: MigrationResult) => outcomes.filter(({ result }) => result === wanted).length;
  return {
    file,
    ...(damage !== undefined && { damage }),
    entries: outcomes.length,
    imported: count('imported'),
    alreadyThere: count('alreadyThere'),
    notImported: count('notImported'),
    broken: count('broken'),
    wallets: outcomes.map(lineOf),
  };
}

function lineOf({ checked, result }: Outcome): MigratedWallet {
  const { entry, signatureId, chain, network, made, matches, notes, error } = checked;
  const { kind, xpub, address } = made?.wallet ?? {};
  return {
    entry,
    ...(signatureId && { signatureId }),
    ...(chain && { chain }),
    ...(network && { testnet: network === 'testnet' }),
    ...(kind && { kind: kind === 'hd' ? 'mnemonic' : 'privateKey' }),
    result,
    ...(xpub !== undefined && { xpub }),
    ...(address !== undefined && { address }),
    matches,
    notes: [...(error === undefined ? [] : [{ code: error.code, message: error.message }]), ...notes],
  };
}
