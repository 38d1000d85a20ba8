import { concatBytes } from '@noble/hashes/utils.js';
import { base58 } from '@scure/base';
import type { SolanaMetadata } from '../../../core/chain/builders/solana-tokens.js';
import { CustosError } from '../../../core/errors.js';
import { derivedAddress, readAddress } from '../address.js';
import { u64Bytes } from '../cursor.js';
import type { AccountUse, Instruction } from '../message.js';
import { programs } from '../programs/ids.js';
import { readonly, signing, writable } from '../transfer.js';

/** The accounts of a unique token, and who stands behind them. */
export interface Unique {
  readonly mint: string;
  /** May mint, and may change what the token is. */
  readonly authority: string;
  readonly payer: string;
}

/** Numbers of instructions of the Token Metadata program. */
const CREATE_MASTER_EDITION = 17;
const BURN = 29;
const VERIFY_SIZED_ITEM = 30;
const CREATE_METADATA = 33;

/** Where the program keeps what a mint is. */
export function metadataAddress(mint: string): string {
  return keptAt(mint);
}

/** Where the program keeps that a mint has one token only. */
export function editionAddress(mint: string): string {
  return keptAt(mint, 'edition');
}

/** Writes down what a mint is (CreateMetadataAccountV3). */
export function createMetadata({ mint, authority, payer }: Unique, metadata: SolanaMetadata): Instruction {
  const { name, symbol, uri, sellerFeeBasisPoints, creators, collection, isMutable } = metadata;
  const listed = creators?.map(({ address, share }) =>
    // The program believes those creators alone that sign.
    concatBytes(readAddress(address), Uint8Array.of(address === authority ? 1 : 0, share)),
  );
  return {
    program: programs.tokenMetadata,
    accounts: [
      writable(metadataAddress(mint)),
      readonly(mint),
      signer(authority),
      signing(payer),
      readonly(authority),
      readonly(programs.system),
    ],
    data: concatBytes(
      Uint8Array.of(CREATE_METADATA),
      ...[name, symbol, uri].map(text),
      number(sellerFeeBasisPoints, 2),
      option(listed && concatBytes(number(listed.length, 4), ...listed)),
      option(collection === undefined ? undefined : concatBytes(Uint8Array.of(0), readAddress(collection))),
      // No uses.
      option(undefined),
      Uint8Array.of(isMutable ? 1 : 0),
      // A collection without members yet: a token without a collection may become one.
      option(concatBytes(Uint8Array.of(0), u64Bytes(0n))),
    ),
  };
}

/** Settles that there is one token of a mint for ever (CreateMasterEditionV3). */
export function createMasterEdition({ mint, authority, payer }: Unique): Instruction {
  return {
    program: programs.tokenMetadata,
    accounts: [
      writable(editionAddress(mint)),
      writable(mint),
      signer(authority),
      signer(authority),
      signing(payer),
      writable(metadataAddress(mint)),
      readonly(programs.token),
      readonly(programs.system),
    ],
    // No copies.
    data: concatBytes(Uint8Array.of(CREATE_MASTER_EDITION), option(u64Bytes(0n))),
  };
}

/** Destroys a unique token; its rent goes to the owner (BurnNft). */
export function burnUnique(
  { mint, owner, account }: { readonly mint: string; readonly owner: string; readonly account: string },
  collection: string | undefined,
): Instruction {
  const accounts = [
    writable(metadataAddress(mint)),
    signing(owner),
    writable(mint),
    writable(account),
    writable(editionAddress(mint)),
    readonly(programs.token),
  ];
  const counted = collection === undefined ? [] : [writable(metadataAddress(collection))];
  return { program: programs.tokenMetadata, accounts: [...accounts, ...counted], data: Uint8Array.of(BURN) };
}

/** Confirms that a token belongs to a collection (VerifySizedCollectionItem). */
export function verifyInCollection({ mint, authority, payer }: Unique, collection: string): Instruction {
  return {
    program: programs.tokenMetadata,
    accounts: [
      writable(metadataAddress(mint)),
      signer(authority),
      signing(payer),
      readonly(collection),
      writable(metadataAddress(collection)),
      readonly(editionAddress(collection)),
    ],
    data: Uint8Array.of(VERIFY_SIZED_ITEM),
  };
}

/** @throws CustosError AMOUNT_INVALID: shares or a part that the program refuses */
export function checkShares({ creators, sellerFeeBasisPoints }: SolanaMetadata): void {
  const total = creators?.reduce((sum, { share }) => sum + share, 0) ?? 100;
  const isOnce = new Set(creators?.map(({ address }) => address)).size === (creators?.length ?? 0);
  if (total === 100 && isOnce && sellerFeeBasisPoints <= 10_000) return;
  const text =
    'the shares of the creators add up to 100, each stands once, and they get at most 10000 hundredths of a percent';
  throw new CustosError('AMOUNT_INVALID', text);
}

function keptAt(mint: string, ...names: readonly string[]): string {
  const seeds = ['metadata', programs.tokenMetadata, mint, ...names];
  const bytes = seeds.map((seed, at) => (at === 1 || at === 2 ? readAddress(seed) : new TextEncoder().encode(seed)));
  const address = derivedAddress(bytes, programs.tokenMetadata);
  if (address !== undefined) return base58.encode(address);
  throw new CustosError('ADDRESS_INVALID', `${mint} has no account of the Token Metadata program`);
}

/** Signs, and stays as it is. */
function signer(address: string): AccountUse {
  return { ...readonly(address), isSigner: true };
}

function text(value: string): Uint8Array {
  const bytes = new TextEncoder().encode(value);
  return concatBytes(number(bytes.length, 4), bytes);
}

function option(value: Uint8Array | undefined): Uint8Array {
  return value === undefined ? Uint8Array.of(0) : concatBytes(Uint8Array.of(1), value);
}

function number(value: number, size: number): Uint8Array {
  return u64Bytes(BigInt(value)).subarray(0, size);
}
