import type { ChainRegistry } from '../../core/chain/chain.js';
import { asCustosError, CustosError } from '../../core/errors.js';
import type { ChainId, Network, SignatureId } from '../../core/ids.js';
import { Secret } from '../../core/secret.js';
import type { ImportRequest, MadeWallet, Vault } from '../../core/signing/vault.js';
import { parseMnemonic } from '../../crypto/mnemonic.js';
import type { MigrationEntry } from './entries.js';
import { type Note, notesOnOldProgram } from './notes.js';

/** The vault that tries secrets. */
export interface Keeper {
  readonly vault: Vault;
  readonly chains: ChainRegistry;
}

/** A recorded fact that the secret gives. */
export type Match = 'xpub' | 'address' | 'privateKey';

/** One entry after its secret was tried. */
export interface Checked {
  /** Place in the file, from 1. */
  readonly entry: number;
  readonly signatureId?: SignatureId;
  readonly chain?: ChainId;
  readonly network?: Network;
  /** Absent when the entry is broken. */
  readonly made?: MadeWallet;
  readonly matches: readonly Match[];
  readonly notes: readonly Note[];
  readonly error?: CustosError;
}

type Request = ImportRequest & { readonly signatureId: SignatureId };
type Outcome = { readonly made: MadeWallet; readonly notes?: readonly Note[]; readonly keyOnly?: true };

/** Derives the keys of an entry's secret and compares them with what the entry records. */
export async function checkEntry(keeper: Keeper, entry: MigrationEntry): Promise<Checked> {
  const { position, signatureId, chain, network, notes, request, error } = entry;
  const place = {
    entry: position,
    ...(signatureId && { signatureId }),
    ...(chain && { chain }),
    ...(network && { network }),
  };
  if (request === undefined) return { ...place, matches: [], notes, ...(error && { error }) };
  try {
    const { made, notes: more = [], keyOnly } = await importEntry(keeper, request);
    const about = notesOnOldProgram(keeper.chains.get(request.chain), made.wallet);
    return { ...place, made, matches: matchesOf(request, keyOnly), notes: [...notes, ...more, ...about] };
  } catch (thrown) {
    return { ...place, matches: [], notes, error: asCustosError(thrown) };
  }
}

function matchesOf({ xpub, address, secret }: Request, keyOnly: true | undefined): readonly Match[] {
  return [
    ...(xpub !== undefined && !keyOnly ? (['xpub'] as const) : []),
    ...(address !== undefined ? (['address'] as const) : []),
    ...(secret.kind === 'mnemonic' && secret.privateKey !== undefined && !keyOnly ? (['privateKey'] as const) : []),
  ];
}

async function importEntry(keeper: Keeper, request: Request): Promise<Outcome> {
  const { secret } = request;
  if (secret.kind === 'privateKey') return { made: await keeper.vault.import(request) };
  const words = secret.mnemonic.exposeText().normalize('NFKD');
  const chain = keeper.chains.get(request.chain);
  const own = chain.keys.decodeMnemonic?.(words);
  own?.fill(0);
  const oddity = own === undefined ? oddityOf(words) : undefined;
  if (oddity === undefined) return fromMnemonic(keeper, request);
  return fromOddWords(keeper, request, { words, oddity });
}

/** Tries the default derivation, then others of the chain, until one gives what is recorded. */
async function fromMnemonic(keeper: Keeper, request: Request): Promise<Outcome> {
  const { secret } = request;
  const named =
    request.derivation === undefined ? Object.keys(keeper.chains.get(request.chain).keys.derivations ?? {}) : [];
  const first = await unlessMismatch(() => keeper.vault.import(request));
  if (first !== undefined) return { made: first };
  for (const derivation of named) {
    const made = await unlessMismatch(() => keeper.vault.import({ ...request, derivation }));
    const message = `the recorded xpub, address or key is that of the derivation ${derivation}, which the wallet keeps`;
    if (made !== undefined) return { made, notes: [{ code: 'other-derivation', message }] };
  }
  if (secret.kind === 'mnemonic' && secret.privateKey !== undefined)
    return fromStatedKey(keeper, request, secret.privateKey);
  throw await explained(keeper, request);
}

/** The old program signed with the private key of such an entry, so Custos keeps that key. */
async function fromStatedKey(keeper: Keeper, request: Request, privateKey: Secret): Promise<Outcome> {
  const { xpub: _xpub, derivation: _derivation, ...rest } = request;
  const made = await keeper.vault.import({ ...rest, secret: { kind: 'privateKey', privateKey } });
  const message =
    'the mnemonic of this entry does not give its private key; the old program signed with the private key, and that is what was ' +
    'taken: the mnemonic stays in the old file alone';
  return { made, notes: [{ code: 'mnemonic-left-out', message }], keyOnly: true };
}

/** Why the words are not in the standard form of a BIP-39 mnemonic; undefined if they are. */
function oddityOf(words: string): CustosError | 'spelling' | undefined {
  try {
    return parseMnemonic(words) === words ? undefined : 'spelling';
  } catch (error) {
    if (error instanceof CustosError) return error;
    throw error;
  }
}

interface OddWords {
  readonly words: string;
  readonly oddity: CustosError | 'spelling';
}

async function fromOddWords(keeper: Keeper, request: Request, { words, oddity }: OddWords): Promise<Outcome> {
  const { secret, ...rest } = request;
  if (secret.kind === 'mnemonic' && secret.privateKey !== undefined) {
    return fromStatedKey(keeper, request, secret.privateKey);
  }
  const made = await unlessMismatch(() => keeper.vault.importWords({ ...rest, words: Secret.text(words) }));
  if (made !== undefined) return { made, notes: [oddWordsNote(oddity)] };
  if (oddity === 'spelling') return fromMnemonic(keeper, request);
  throw await explained(keeper, request);
}

function oddWordsNote(oddity: CustosError | 'spelling'): Note {
  if (oddity === 'spelling') {
    const message =
      'capitals or spaces made the old program derive other keys from this mnemonic than any other wallet does; they are kept ' +
      'as they are: rather make a new wallet and move the funds';
    return { code: 'mnemonic-spelling', message };
  }
  const message =
    `${oddity.message}; the old program derived keys from these words all the same, and Custos keeps exactly those; other wallets ` +
    'do not take the words: rather make a new wallet and move the funds';
  return { code: 'mnemonic-not-bip39', message };
}

/** A mismatch, with a hint if mixed-up networks may be the cause. */
async function explained(keeper: Keeper, request: Request): Promise<CustosError> {
  const { xpub, network } = request;
  const other: Network = network === 'mainnet' ? 'testnet' : 'mainnet';
  const facts = xpub === undefined ? 'address' : 'xpub';
  const onOther = await fits(() => keeper.vault.import({ ...request, network: other }));
  const mixedUp = onOther ? `; it does on ${other}, so \`testnet\` of the entry is wrong` : '';
  const text = `the mnemonic does not give the recorded ${facts}${mixedUp}`;
  return new CustosError('ADDRESS_MISMATCH', text);
}

async function fits(work: () => Promise<MadeWallet>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof CustosError) return false;
    throw error;
  }
}

async function unlessMismatch(work: () => Promise<MadeWallet>): Promise<MadeWallet | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CustosError && error.code === 'ADDRESS_MISMATCH') return undefined;
    throw error;
  }
}
