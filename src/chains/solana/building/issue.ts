import { randomBytes } from 'node:crypto';
import { concatBytes } from '@noble/hashes/utils.js';
import { hex } from '@scure/base';
import type { BuildContext, BuiltTransaction } from '../../../core/chain/builders/build.js';
import type { SolanaTokenRequest } from '../../../core/chain/builders/solana-tokens.js';
import { CustosError } from '../../../core/errors.js';
import { publicKey } from '../../../crypto/ed25519.js';
import { associatedTokenAddress, isOnCurve, readAddress, showAddress } from '../address.js';
import { checkCluster } from '../complete.js';
import { u64Bytes } from '../cursor.js';
import { decodeMessage, encodeMessage, type Instruction, PLACEHOLDER_BLOCKHASH } from '../message.js';
import { mintRent } from '../programs/associated-token.js';
import { programs } from '../programs/ids.js';
import { askReceiver, readMint, readonly, signing, tokenAccountCreation, unitsOf, writable } from '../transfer.js';
import {
  burnUnique,
  checkShares,
  createMasterEdition,
  createMetadata,
  metadataAddress,
  verifyInCollection,
} from './metadata.js';

/** Bytes of an account of a mint. */
const MINT_BYTES = 82n;

/**
 * Builds what makes a mint, and what is done with unique tokens. A mint has a key of its own, which signs once, when it is made; it
 * goes along in the form of Tatum's programs and opens nothing afterwards.
 * @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, NETWORK_MISMATCH, TRANSACTION_TOO_LARGE, TRANSACTION_UNSUPPORTED, NODE_*
 */
export async function buildTokens(request: SolanaTokenRequest, context: BuildContext): Promise<BuiltTransaction> {
  const { from, feePayer = from } = request;
  const [owner, payer] = [normalize(from.address), normalize(feePayer.address)];
  await checkCluster(context.node, context.network);
  const made = await instructionsOf(request, { owner, payer, node: context.node });
  const message = encodeMessage(payer, PLACEHOLDER_BLOCKHASH, made.instructions);
  // The limit of one packet counts the signatures as well.
  decodeMessage(message);
  const serialized = JSON.stringify({ txData: hex.encode(message), ...(made.mintPK && { mintPK: made.mintPK }) });
  return { serialized, keys: payer === owner ? [from.key] : [from.key, feePayer.key] };
}

interface Parties {
  readonly owner: string;
  readonly payer: string;
  readonly node: BuildContext['node'];
}

interface Made {
  readonly instructions: readonly Instruction[];
  readonly mintPK?: string;
}

async function instructionsOf(request: SolanaTokenRequest, { owner, payer, node }: Parties): Promise<Made> {
  if (request.act === 'burn' || request.act === 'verify') {
    const mint = normalize(request.mint);
    const collection = request.collection === undefined ? undefined : normalize(request.collection);
    await checkUnique(mint, node);
    const account = associatedTokenAddress(owner, mint, programs.token);
    if (request.act === 'burn') return { instructions: [burnUnique({ mint, owner, account }, collection)] };
    return { instructions: [verifyInCollection({ mint, authority: owner, payer }, normalize(request.collection))] };
  }
  const to = normalize(request.to);
  // Tokens in an account of an address without a key might never come out again.
  if (!isOnCurve(readAddress(to))) throw new CustosError('ADDRESS_INVALID', `${to} is the address of no wallet`);
  await askReceiver(to, node);
  const seed = randomBytes(32);
  const mint = showAddress(publicKey(seed));
  const mintPK = hex.encode(concatBytes(seed, publicKey(seed)));
  const unique = { mint, authority: owner, payer };
  if (request.act === 'mint') {
    checkShares(request.metadata);
    const one = newMint({ ...unique, to, units: 1n, digits: 0, freezer: owner });
    const metadata = normalized(request.metadata);
    return { mintPK, instructions: [...one, createMetadata(unique, metadata), createMasterEdition(unique)] };
  }
  const { supply, digits, freezeAuthority } = request;
  const freezer = freezeAuthority === undefined ? owner : normalize(freezeAuthority);
  return { mintPK, instructions: newMint({ ...unique, to, units: unitsOf(supply, digits), digits, freezer }) };
}

interface NewMint {
  readonly mint: string;
  readonly authority: string;
  readonly payer: string;
  readonly freezer: string;
  readonly to: string;
  readonly units: bigint;
  readonly digits: number;
}

/** Makes a mint of SPL Token, and all of its first tokens in the account of their receiver. */
function newMint({ mint, authority, payer, freezer, to, units, digits }: NewMint): readonly Instruction[] {
  const target = associatedTokenAddress(to, mint, programs.token);
  const owned = [u64Bytes(mintRent), u64Bytes(MINT_BYTES), readAddress(programs.token)];
  return [
    {
      program: programs.system,
      accounts: [signing(payer), signing(mint)],
      data: concatBytes(Uint8Array.of(0, 0, 0, 0), ...owned),
    },
    {
      program: programs.token,
      accounts: [writable(mint)],
      data: concatBytes(Uint8Array.of(20, digits), readAddress(authority), Uint8Array.of(1), readAddress(freezer)),
    },
    tokenAccountCreation({ feePayer: payer, to, mint }, target, programs.token),
    {
      program: programs.token,
      accounts: [writable(mint), writable(target), { ...readonly(authority), isSigner: true }],
      // MintToChecked: unlike the plain form it names the decimals.
      data: Uint8Array.from([14, ...u64Bytes(units), digits]),
    },
  ];
}

/** @throws CustosError TRANSACTION_UNSUPPORTED: no mint of SPL Token without decimals; NODE_* */
async function checkUnique(mint: string, node: BuildContext['node']): Promise<void> {
  const { tokenProgram, decimals } = await readMint(mint, node);
  if (tokenProgram === programs.token && decimals === 0) return;
  throw new CustosError(
    'TRANSACTION_UNSUPPORTED',
    `${mint} is no unique token with an account ${metadataAddress(mint)}`,
  );
}

function normalized(metadata: (SolanaTokenRequest & { readonly act: 'mint' })['metadata']) {
  const { creators, collection } = metadata;
  return {
    ...metadata,
    ...(creators && { creators: creators.map((one) => ({ ...one, address: normalize(one.address) })) }),
    ...(collection !== undefined && { collection: normalize(collection) }),
  };
}

function normalize(address: string): string {
  return showAddress(readAddress(address));
}
