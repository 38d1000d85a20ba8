import type { TokenMove } from '../../../core/chain/summary.js';
import { formatUnits } from '../../../core/chain/units.js';
import { associatedTokenAddress } from '../address.js';
import { type Call, type Effect, hazard } from '../effect.js';
import { INCINERATOR, isPlaceOfProgram, programs, tokenStandards } from './ids.js';

/** Number and, in the checked forms, decimals of the mint; the network compares them with the mint's own. */
export interface TokenAmount {
  readonly amount: bigint;
  readonly decimals?: number;
}

/** Hardly any token has as many units as the largest signed number: applications write it to mean no limit. */
const ALL = 2n ** 63n - 1n;

/** Moves tokens between two token accounts. @param fee - that a Token-2022 mint takes from the amount */
export function transferTokens(call: Call, amount: TokenAmount, fee?: bigint): Effect {
  const { account, scene } = call;
  const isChecked = amount.decimals !== undefined;
  const source = account(0).address;
  const target = account(isChecked ? 2 : 1).address;
  const authority = account(isChecked ? 3 : 2).address;
  const accounts = scene.tokenAccounts;
  // Both sides of a transfer have the same mint, or the network refuses it.
  const mint = isChecked ? account(1).address : (accounts.get(source)?.mint ?? accounts.get(target)?.mint);
  const from = mint !== undefined && isWalletOf(call, { source, authority, mint }) ? authority : source;
  const to = accounts.get(target)?.owner ?? target;
  const kept = fee === undefined ? '' : `, of which ${shown({ ...amount, amount: fee })} are the mint's fee,`;
  return {
    kind: 'token-transfer',
    text: `transfers ${shown(amount)} of ${named(mint, source)}${kept} to ${to}`,
    token: { ...moveOf(call, mint ?? source), from, to, amount: amount.amount, action: 'transfer' },
    hazards: isLost(call, { source, target, to, mint }) ? [hazard('unspendable-destination', 'Transfer', to)] : [],
  };
}

/** True for the token accounts of programs, of the incinerator, of the token, and of token accounts: none of them has a key. */
function isLost(
  { instruction, scene }: Call,
  {
    source,
    target,
    to,
    mint,
  }: { readonly [name in 'source' | 'target' | 'to']: string } & { mint: string | undefined },
): boolean {
  if (to === mint || (to === source && to !== target) || isPlaceOfProgram(to) || scene.tokenAccounts.has(to))
    return true;
  return mint !== undefined && to === target && lostAccounts(mint, instruction.program).has(target);
}

const MOST_KNOWN = 100;
/** By token program and mint: each address costs a search for an address that is not on the curve. */
const known = new Map<string, ReadonlySet<string>>();

function lostAccounts(mint: string, tokenProgram: string): ReadonlySet<string> {
  const name = `${tokenProgram} ${mint}`;
  const owners = [mint, programs.system, INCINERATOR];
  const found = known.get(name) ?? new Set(owners.map((owner) => associatedTokenAddress(owner, mint, tokenProgram)));
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(name, found);
  return found;
}

/** Lets another wallet spend tokens. */
export function approveTokens(call: Call, amount: TokenAmount): Effect {
  const { account } = call;
  const isChecked = amount.decimals !== undefined;
  const source = account(0).address;
  const mint = isChecked ? account(1).address : call.scene.tokenAccounts.get(source)?.mint;
  const to = account(isChecked ? 2 : 1).address;
  const from = account(isChecked ? 3 : 2).address;
  const kind = amount.amount >= ALL ? 'unlimited-allowance' : 'allowance';
  return {
    kind: 'token-approval',
    text: `lets ${to} spend ${shown(amount)} of ${named(mint, source)}`,
    token: { ...moveOf(call, mint ?? source), from, to, amount: amount.amount, action: 'approve' },
    hazards: [{ kind, party: to, asset: mint ?? source, amount: amount.amount, text: 'Approve' }],
  };
}

/** Takes back what `approveTokens` gave. */
export function revokeTokens(call: Call): Effect {
  const source = call.account(0).address;
  const mint = call.scene.tokenAccounts.get(source)?.mint;
  return {
    kind: 'token-approval',
    text: `lets nobody else spend ${named(mint, source)}`,
    token: { ...moveOf(call, mint ?? source), from: call.account(1).address, action: 'revoke' },
  };
}

/** Gives a token account, with all that is in it, to another owner. */
export function giveTokenAccount(call: Call, to: string): Effect {
  const source = call.account(0).address;
  const mint = call.scene.tokenAccounts.get(source)?.mint;
  return {
    kind: 'token-approval',
    text: `gives the token account ${source} with all its tokens to ${to}`,
    token: { ...moveOf(call, mint ?? source), from: call.account(1).address, to, action: 'approve-all' },
  };
}

export function mintTokens(call: Call, amount: TokenAmount): Effect {
  const mint = call.account(0).address;
  const target = call.account(1).address;
  const to = call.scene.tokenAccounts.get(target)?.owner ?? target;
  return {
    kind: 'other',
    text: `mints ${shown(amount)} of the token ${mint} for ${to}`,
    token: { ...moveOf(call, mint), to, amount: amount.amount, action: 'mint' },
    hazards: [{ kind: 'issuer-settings', party: to, asset: mint, amount: amount.amount, text: 'MintTo' }],
  };
}

export function burnTokens(call: Call, amount: TokenAmount): Effect {
  const mint = call.account(1).address;
  return {
    kind: 'other',
    text: `destroys ${shown(amount)} of the token ${mint}`,
    token: { ...moveOf(call, mint), from: call.account(2).address, amount: amount.amount, action: 'burn' },
  };
}

function moveOf({ instruction }: Call, contract: string): Pick<TokenMove, 'standard' | 'contract'> {
  return { standard: tokenStandards.get(instruction.program) ?? instruction.program, contract };
}

/** True where the source is the authority's own account for the mint, so that the summary names the wallet. */
function isWalletOf(
  { instruction, scene }: Call,
  { source, authority, mint }: { source: string; authority: string; mint: string },
): boolean {
  if (scene.tokenAccounts.get(source)?.owner === authority) return true;
  return source === associatedTokenAddress(authority, mint, instruction.program);
}

function shown({ amount, decimals }: TokenAmount): string {
  return decimals === undefined ? `${amount} smallest units` : formatUnits(amount, decimals);
}

function named(mint: string | undefined, source: string): string {
  return mint === undefined ? `the tokens in ${source}` : `the token ${mint}`;
}
