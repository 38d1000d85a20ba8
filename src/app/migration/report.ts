import type { ChainId, SignatureId } from '../../core/ids.js';
import type { Checked, Match } from './check.js';
import type { Note } from './notes.js';

/** `notImported`: good, but this is a dry run or another entry is broken. */
type MigrationResult = 'imported' | 'alreadyThere' | 'notImported' | 'broken';

/** A tried entry and its result. */
export interface Outcome {
  readonly checked: Checked;
  readonly result: MigrationResult;
}

/** What `migrate --json` prints. Holds no secret. */
export interface MigrationReport {
  readonly file: string;
  /** Set if the file is damaged; `entries` then counts the readable ones. */
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
  /** Absent if the name of the entry is not a signature ID. */
  readonly signatureId?: SignatureId;
  readonly chain?: ChainId;
  readonly testnet?: boolean;
  readonly kind?: 'mnemonic' | 'privateKey';
  readonly result: MigrationResult;
  readonly xpub?: string;
  readonly address?: string;
  /** Recorded facts that the secret gives; empty for an entry that records only its secret. */
  readonly matches: readonly Match[];
  /** The first note of a broken entry says why. */
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
