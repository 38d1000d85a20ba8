import { hex } from '@scure/base';
import type { BuildContext, BuiltTransaction } from '../../core/chain/builders/build.js';
import type { PaymentRequest } from '../../core/chain/builders/solana.js';
import type { NodeClient } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { isCount, isObject } from '../../core/json.js';
import { smallestUnits } from '../shared/units.js';
import { associatedTokenAddress, isOnCurve, readAddress, showAddress } from './address.js';
import { LAMPORT_DECIMALS } from './call.js';
import { accountBytes, checkCluster, unreadable } from './complete.js';
import { u64Bytes } from './cursor.js';
import { type AccountUse, encodeMessage, type Instruction, PLACEHOLDER_BLOCKHASH } from './message.js';
import { programs, tokenStandards } from './programs/ids.js';

const MAX_AMOUNT = 2n ** 64n - 1n;
/** Where the account of a mint holds its decimals, and whether it is initialized. */
const MINT_DECIMALS_AT = 44;
const MINT_READY_AT = 45;
const MINT_BYTES = 82;
/** Accounts of Token-2022 with extensions have their kind here; 1 is a mint. */
const KIND_AT = 165;

/**
 * Builds a transfer of coins, or of tokens of SPL Token or Token-2022, without a blockhash. A receiver without a token account
 * gets one, which the payer of the fee pays for. The node is asked for its network, and about mint and receiver of tokens.
 * @returns in serialized form `{"txData": <hexadecimal legacy message>}`
 * @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, TRANSACTION_UNSUPPORTED, NETWORK_MISMATCH, NODE_*
 */
export async function buildPayment(
  request: PaymentRequest,
  { network, node }: Pick<BuildContext, 'network' | 'node'>,
): Promise<BuiltTransaction> {
  await checkCluster(node, network);
  const payer = request.feePayer ?? request.from;
  const from = normalize(request.from.address);
  const to = normalize(request.to);
  const feePayer = normalize(payer.address);
  const { contractAddress, digits, amount, memo } = request;
  const moves =
    contractAddress === undefined
      ? [await coinTransfer({ from, to, lamports: unitsOf(amount, LAMPORT_DECIMALS) }, node)]
      : await tokenTransfer({ from, to, feePayer, amount, mint: normalize(contractAddress), digits }, node);
  const data = new TextEncoder().encode(memo);
  const instructions = memo === undefined ? moves : [...moves, { program: programs.memo, accounts: [], data }];
  const serialized = JSON.stringify({
    txData: hex.encode(encodeMessage(feePayer, PLACEHOLDER_BLOCKHASH, instructions)),
  });
  return { serialized, keys: feePayer === from ? [request.from.key] : [request.from.key, payer.key] };
}

interface CoinTransfer {
  readonly from: string;
  readonly to: string;
  readonly lamports: bigint;
}

async function coinTransfer({ from, to, lamports }: CoinTransfer, node: NodeClient): Promise<Instruction> {
  const account = await askReceiver(to, node);
  if (account === null) await checkRent(to, lamports, node);
  return {
    program: programs.system,
    accounts: [signing(from), writable(to)],
    data: Uint8Array.from([2, 0, 0, 0, ...u64Bytes(lamports)]),
  };
}

interface TokenTransfer {
  readonly from: string;
  readonly to: string;
  readonly feePayer: string;
  readonly mint: string;
  readonly amount: string;
  readonly digits: number | undefined;
}

async function tokenTransfer(transfer: TokenTransfer, node: NodeClient): Promise<readonly Instruction[]> {
  const { from, to, mint } = transfer;
  const { tokenProgram, decimals } = await readMint(mint, node);
  if (transfer.digits !== undefined && transfer.digits !== decimals) {
    throw new CustosError('AMOUNT_INVALID', `digits is ${transfer.digits}, but the token ${mint} has ${decimals}`);
  }
  const amount = unitsOf(transfer.amount, decimals);
  // Token accounts and other derived addresses have no key: tokens in an account of theirs might never come out again.
  if (!isOnCurve(readAddress(to))) throw new CustosError('ADDRESS_INVALID', `${to} is the address of no wallet`);
  await askReceiver(to, node);
  const target = associatedTokenAddress(to, mint, tokenProgram);
  const move: Instruction = {
    program: tokenProgram,
    accounts: [
      writable(associatedTokenAddress(from, mint, tokenProgram)),
      readonly(mint),
      writable(target),
      { ...readonly(from), isSigner: true },
    ],
    // TransferChecked: unlike the plain transfer it names the mint, so that approvers see which token moves.
    data: Uint8Array.from([12, ...u64Bytes(amount), decimals]),
  };
  const isOpen = (await askAccount(target, node)) !== null;
  return isOpen ? [move] : [tokenAccountCreation(transfer, target, tokenProgram), move];
}

/** The creation that does nothing where the account exists by then (CreateIdempotent). */
export function tokenAccountCreation(
  { feePayer, to, mint }: Pick<TokenTransfer, 'feePayer' | 'to' | 'mint'>,
  target: string,
  tokenProgram: string,
): Instruction {
  const accounts = [
    signing(feePayer),
    writable(target),
    readonly(to),
    readonly(mint),
    readonly(programs.system),
    readonly(tokenProgram),
  ];
  return { program: programs.associatedToken, accounts, data: Uint8Array.of(1) };
}

export async function readMint(mint: string, node: NodeClient): Promise<{ tokenProgram: string; decimals: number }> {
  const account = await askAccount(mint, node);
  const tokenProgram = isObject(account) ? account['owner'] : undefined;
  if (typeof tokenProgram === 'string' && tokenStandards.has(tokenProgram)) {
    const bytes = accountBytes(account, tokenProgram) ?? new Uint8Array(0);
    const isMint = bytes.length === MINT_BYTES || bytes[KIND_AT] === 1;
    const decimals = bytes[MINT_DECIMALS_AT];
    if (isMint && bytes[MINT_READY_AT] === 1 && decimals !== undefined) return { tokenProgram, decimals };
  }
  throw new CustosError('TRANSACTION_UNSUPPORTED', `${mint} is the address of no token`);
}

/** Owners of accounts without a wallet's key: programs, their parts, and the network's own accounts. */
const withoutKey: ReadonlySet<string> = new Set([
  'NativeLoader1111111111111111111111111111111',
  'BPFLoader1111111111111111111111111111111111',
  'BPFLoader2111111111111111111111111111111111',
  'BPFLoaderUpgradeab1e11111111111111111111111',
  'LoaderV411111111111111111111111111111111111',
  'Sysvar1111111111111111111111111111111111111',
]);

/**
 * Asks what is at the receiver's address.
 * @returns null for an account that is not there yet
 * @throws CustosError ADDRESS_INVALID: nobody could spend what is sent there; NODE_*
 */
export async function askReceiver(to: string, node: NodeClient): Promise<unknown> {
  const account = await askAccount(to, node);
  if (!isObject(account)) return account;
  const { owner, executable } = account;
  if (typeof owner !== 'string') throw unreadable('getAccountInfo', 'an account without an owner');
  const standard = tokenStandards.get(owner);
  if (standard !== undefined) {
    throw new CustosError('ADDRESS_INVALID', `${to} is a token or an account of tokens (${standard}), and no wallet`);
  }
  if (executable === true || withoutKey.has(owner)) {
    throw new CustosError('ADDRESS_INVALID', `${to} belongs to a program or to the network, and is not a wallet`);
  }
  return account;
}

/** @throws CustosError AMOUNT_INVALID: the network refuses an account with less; NODE_* */
async function checkRent(to: string, lamports: bigint, node: NodeClient): Promise<void> {
  const least = await node.rpc('getMinimumBalanceForRentExemption', [0]);
  if (!isCount(least)) {
    throw unreadable('getMinimumBalanceForRentExemption', 'no number');
  }
  if (lamports >= BigInt(least)) return;
  const text = `${to} does not exist yet, and a new account needs at least ${least} lamports`;
  throw new CustosError('AMOUNT_INVALID', text);
}

export async function askAccount(address: string, node: NodeClient): Promise<unknown> {
  const answer = await node.rpc('getAccountInfo', [address, { encoding: 'base64', commitment: 'confirmed' }]);
  const account = isObject(answer) ? answer['value'] : undefined;
  if (account === null || isObject(account)) return account;
  throw unreadable('getAccountInfo', 'no account');
}

/** @throws CustosError AMOUNT_INVALID: no decimal number above zero, more decimals than there are, or above 2^64-1 */
export function unitsOf(amount: string, decimals: number): bigint {
  const [, whole, fraction = ''] = /^(\d{1,20})(?:\.(\d{1,40}))?$/.exec(amount) ?? [];
  const units = (whole === undefined ? undefined : smallestUnits(whole, fraction, decimals)) ?? 0n;
  if (units > 0n && units <= MAX_AMOUNT) return units;
  const text = `${quote(amount)} is not an amount above zero with at most ${decimals} decimals`;
  throw new CustosError('AMOUNT_INVALID', text);
}

function normalize(address: string): string {
  return showAddress(readAddress(address));
}

export function signing(address: string): AccountUse {
  return { address, isSigner: true, isWritable: true, isLoaded: false };
}

export function writable(address: string): AccountUse {
  return { address, isSigner: false, isWritable: true, isLoaded: false };
}

export function readonly(address: string): AccountUse {
  return { address, isSigner: false, isWritable: false, isLoaded: false };
}
