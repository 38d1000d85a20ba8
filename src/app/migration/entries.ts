import { CustosError } from '../../core/errors.js';
import {
  type ChainId,
  type Network,
  networkOf,
  parseChainId,
  parseSignatureId,
  type SignatureId,
} from '../../core/ids.js';
import type { ImportRequest } from '../../core/signing/vault.js';
import { parseImport, unquoted } from '../wallets/import-format.js';
import type { RawEntry } from './legacy-entries.js';
import type { Note } from './notes.js';

/** One entry of the old file: readable, or with the error that keeps it out. */
export interface MigrationEntry {
  /** Place in the file, from 1. */
  readonly position: number;
  readonly signatureId?: SignatureId;
  readonly chain?: ChainId;
  readonly network?: Network;
  readonly notes: readonly Note[];
  readonly request?: ImportRequest & { readonly signatureId: SignatureId };
  readonly error?: CustosError;
}

const knownFields: ReadonlySet<string> = new Set([
  ...['chain', 'testnet', 'mnemonic', 'privateKey', 'secret', 'xpub', 'address'],
  // Further fields of this program's own export.
  ...['label', 'derivation'],
]);

/** Reads entries as `wallet import` does. A secret may be in any field, so no part of an unreadable entry is repeated. */
export function parseEntries(raw: readonly RawEntry[]): readonly MigrationEntry[] {
  const entries = raw.map(parseOne);
  const times = countOf(entries.map(({ signatureId }) => signatureId));
  return markShared(
    entries.map((entry, at) => {
      const { signatureId } = entry;
      const repeated = raw[at]?.repeated;
      const again = repeated === 'itself' || (signatureId !== undefined && (times.get(signatureId) ?? 0) > 1);
      if (again) return refused(entry, repeatedError('the signature ID comes more than once in the file'));
      return repeated === undefined
        ? entry
        : refused(entry, repeatedError('a field of the entry comes more than once'));
    }),
  );
}

function repeatedError(what: string): CustosError {
  const text = `${what}, and the old program reads the last one only: keep one of them`;
  return new CustosError('IMPORT_INVALID', text);
}

function parseOne({ id, value }: RawEntry, at: number): MigrationEntry {
  const position = at + 1;
  const signatureId = unquoted(() => parseSignatureId(id));
  const fields = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  const chain = unquoted(() => parseChainId(Reflect.get(fields, 'chain')));
  const testnet: unknown = Reflect.get(fields, 'testnet');
  const network = typeof testnet === 'boolean' || testnet === undefined ? networkOf(testnet === true) : undefined;
  const entry: MigrationEntry = {
    position,
    ...(signatureId && { signatureId }),
    ...(chain && looksLikeChain(chain) && { chain }),
    ...(network && { network }),
    notes: notesOf({ id, signatureId, fields }),
  };
  if (signatureId === undefined) {
    const text =
      'the name of the entry is not a UUID; `custos wallet import CHAIN` takes its secret under a new signature ID';
    return { ...entry, error: new CustosError('SIGNATURE_ID_INVALID', text) };
  }
  const [item] = parseImport(JSON.stringify({ [signatureId]: value }));
  if (item?.kind === 'request') return { ...entry, request: { ...item.request, signatureId } };
  return { ...entry, error: item?.error ?? new CustosError('IMPORT_INVALID', 'the entry cannot be read') };
}

/** Twelve letters may be the start of anything; tickers are shorter. */
function looksLikeChain(chain: ChainId): boolean {
  return /^[A-Z0-9]{1,10}$/.test(chain);
}

interface Named {
  readonly id: string;
  readonly signatureId: SignatureId | undefined;
  readonly fields: object;
}

function notesOf({ id, signatureId, fields }: Named): readonly Note[] {
  const notes: Note[] = [];
  if (signatureId !== undefined && signatureId !== id) {
    const message =
      'the signature ID has capitals in the old file; Custos keeps it, and asks the cloud for it, in small letters';
    notes.push({ code: 'signature-id-small-letters', message });
  }
  if (Reflect.get(fields, 'testnet') === undefined && Reflect.has(fields, 'chain')) {
    notes.push({ code: 'network-assumed', message: 'the entry does not name its network: it is taken for mainnet' });
  }
  const unknown = Object.keys(fields).filter((name) => !knownFields.has(name)).length;
  if (unknown > 0) {
    notes.push({
      code: 'fields-left-out',
      message: `${unknown} members of the entry are unknown and stay in the old file alone`,
    });
  }
  return notes;
}

/** Most other entries with the same secret that a note names. */
const MOST_NAMED = 5;

/** Points out entries with one secret; both signature IDs are in use, so both are kept. */
function markShared(entries: readonly MigrationEntry[]): readonly MigrationEntry[] {
  const owners = new Map<string, MigrationEntry[]>();
  for (const entry of entries) {
    const key = secretOf(entry);
    if (key === undefined) continue;
    const known = owners.get(key);
    if (known === undefined) owners.set(key, [entry]);
    else if (known.length <= MOST_NAMED) known.push(entry);
  }
  return entries.map((entry) => {
    const others = (owners.get(secretOf(entry) ?? '') ?? []).filter((other) => other !== entry).slice(0, MOST_NAMED);
    if (others.length === 0) return entry;
    return { ...entry, notes: [...entry.notes, ...others.map((other) => sharedNote(entry, other))] };
  });
}

function sharedNote(entry: MigrationEntry, other: MigrationEntry): Note {
  const name = other.signatureId ?? `entry ${other.position}`;
  if (entry.network === other.network) {
    return { code: 'secret-twice', message: `wallet ${name} has the same secret; both signature IDs are kept` };
  }
  const message = `wallet ${name} has the same secret on ${other.network ?? 'the other network'}; what signs for tests should not hold money`;
  return { code: 'secret-on-both-networks', message };
}

function secretOf({ request }: MigrationEntry): string | undefined {
  if (request === undefined) return undefined;
  const { chain, secret } = request;
  const text = secret.kind === 'mnemonic' ? secret.mnemonic.exposeText() : secret.privateKey.exposeText();
  return `${chain} ${text.trim().replace(/^0x/i, '')}`;
}

function refused({ request: _request, ...entry }: MigrationEntry, error: CustosError): MigrationEntry {
  return { ...entry, error };
}

function countOf(names: readonly (SignatureId | undefined)[]): ReadonlyMap<SignatureId, number> {
  const times = new Map<SignatureId, number>();
  for (const name of names) if (name !== undefined) times.set(name, (times.get(name) ?? 0) + 1);
  return times;
}
