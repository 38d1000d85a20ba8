import type { CompleteContext } from '../../core/chain/node.js';
import { formatUnits } from '../../core/chain/units.js';
import { isCount, isObject } from '../../core/json.js';
import { askAbout, unfit } from '../shared/receiver.js';
import { LAMPORT_DECIMALS } from './call.js';
import { type AccountUse, type Instruction, resolveInstructions, type SolanaMessage } from './message.js';
import { programs, tokenStandards } from './programs/ids.js';

const TRANSFER = 2;
const SYNC_NATIVE = 17;
/** CreateAccount and CreateAccountWithSeed: the second account is the new one. */
const creations: readonly number[] = [0, 3];
/** Accounts that one question may name. */
const MOST = 100;

/**
 * Asks the node about the receivers of coins: token accounts, mints and programs cannot spend them, and the network makes no
 * account with less than the rent. An account that the same transaction makes or wraps is not checked.
 * @throws CustosError RECEIVER_UNFIT, NODE_*
 */
export async function checkReceivers(
  message: SolanaMessage,
  loaded: readonly AccountUse[],
  { node, signers }: Pick<CompleteContext, 'node' | 'signers'>,
): Promise<void> {
  const instructions = resolveInstructions(message, loaded);
  const ours = signers.map(({ address }) => address);
  const sums = new Map<string, bigint>();
  for (const { to, lamports } of instructions.flatMap(transferOf)) sums.set(to, (sums.get(to) ?? 0n) + lamports);
  const receivers = [...sums.keys()].filter((to) => !ours.includes(to) && !isMadeHere(instructions, to)).slice(0, MOST);
  if (receivers.length === 0) return;
  const question = [receivers, { encoding: 'base64', commitment: 'confirmed', dataSlice: { offset: 0, length: 0 } }];
  const answer = await askAbout(node, () => node.rpc('getMultipleAccounts', question));
  const accounts: readonly unknown[] = isObject(answer) && Array.isArray(answer['value']) ? answer['value'] : [];
  if (accounts.length !== receivers.length) return;
  const least = accounts.includes(null) ? await rentOfNothing({ node }) : 0n;
  for (const [at, to] of receivers.entries())
    checkReceiver({ to, account: accounts[at], lamports: sums.get(to) ?? 0n, least });
}

function checkReceiver(receiver: {
  readonly to: string;
  readonly account: unknown;
  readonly lamports: bigint;
  readonly least: bigint;
}): void {
  const { to, account, lamports, least } = receiver;
  if (account === null && lamports < least) {
    const words = `${formatUnits(least, LAMPORT_DECIMALS)} SOL`;
    unfit(to, `does not exist yet, and an account is made by ${words} or more`);
  }
  if (!isObject(account)) return;
  const { executable, owner } = account;
  if (executable === true) unfit(to, 'is a program, which cannot spend coins');
  if (typeof owner === 'string' && tokenStandards.has(owner)) {
    unfit(to, "is a token account or a token, which cannot spend coins; the wallet's own address takes them");
  }
}

async function rentOfNothing({ node }: Pick<CompleteContext, 'node'>): Promise<bigint> {
  const answer = await askAbout(node, () => node.rpc('getMinimumBalanceForRentExemption', [0]));
  return isCount(answer) ? BigInt(answer) : 0n;
}

/** A plain transfer of the System program; the other forms take coins from accounts that are not wallets. */
function transferOf({ program, data, accounts }: Instruction): { to: string; lamports: bigint }[] {
  const [, receiver] = accounts;
  if (program !== programs.system || data.length !== 12 || data[0] !== TRANSFER || receiver === undefined) return [];
  const lamports = new DataView(data.buffer, data.byteOffset, data.byteLength).getBigUint64(4, true);
  return [{ to: receiver.address, lamports }];
}

function isMadeHere(instructions: readonly Instruction[], address: string): boolean {
  return instructions.some(({ program, accounts, data }) => {
    const place = accounts.findIndex((one) => one.address === address);
    if (program === programs.associatedToken) return place === 1;
    if (program === programs.system) return place === 1 && creations.includes(data[0] ?? TRANSFER);
    return tokenStandards.has(program) && place === 0 && data[0] === SYNC_NATIVE;
  });
}
