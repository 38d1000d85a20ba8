import { formatUnits } from '../../../core/chain/units.js';
import { associatedTokenAddress } from '../address.js';
import type { Call, Part, Told } from '../call.js';
import { INCINERATOR, isPlaceOfProgram, programs } from './ids.js';

/** Number and, in the checked forms, decimals of the mint; the network compares them with the mint's own. */
export interface TokenAmount {
  readonly amount: bigint;
  readonly decimals?: number;
}

/** Hardly any token has as many units as the largest signed number: applications write it to mean no limit. */
const ALL = 2n ** 63n - 1n;

/** Moves tokens between two token accounts. @param fee - that a Token-2022 mint takes from the amount */
export function transferTokens(call: Call, { amount, decimals }: TokenAmount, fee?: bigint): readonly Part[] {
  const { account, scene } = call;
  const isChecked = decimals !== undefined;
  const source = account(0).address;
  const target = account(isChecked ? 2 : 1).address;
  const authority = account(isChecked ? 3 : 2).address;
  const accounts = scene.tokenAccounts;
  // Both sides of a transfer have the same mint, or the network refuses it.
  const mint = isChecked ? account(1).address : (accounts.get(source)?.mint ?? accounts.get(target)?.mint);
  const token = mint === undefined ? {} : { asset: mint };
  const from = mint !== undefined && isWalletOf(call, { source, authority, mint }) ? authority : source;
  const to = accounts.get(target)?.owner ?? target;
  const lost = isLost(call, { source, target, to, mint }) ? ({ code: 'unspendable-destination' } as const) : {};
  // Nothing says which token an unproved source holds, so the effect has none: rules about a token must not miss it.
  return [{ op: 'token-transfer', ...lost, from, to, ...token, amount, args: { decimals, fee } }];
}

export function transferWords(told: Told): string {
  const fee = told.arg('fee');
  const kept = fee === '' ? '' : `, of which ${shown(told, BigInt(fee))} are the mint's fee,`;
  return `transfers ${shown(told)} of ${named(told)}${kept} to ${told.effect.to}`;
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
export function approveTokens(call: Call, { amount, decimals }: TokenAmount): readonly Part[] {
  const { account, scene } = call;
  const isChecked = decimals !== undefined;
  const asset = isChecked ? account(1).address : scene.tokenAccounts.get(account(0).address)?.mint;
  const [to, from] = [account(isChecked ? 2 : 1).address, account(isChecked ? 3 : 2).address];
  const code = amount >= ALL ? 'unlimited-allowance' : 'allowance';
  return [{ op: 'approve', code, from, to, ...(asset !== undefined && { asset }), amount, args: { decimals } }];
}

export function approveWords(told: Told): string {
  return `lets ${told.effect.to} spend ${shown(told)} of ${named(told)}`;
}

/** Takes back what `approveTokens` gave. */
export function revokeTokens(call: Call): readonly Part[] {
  return [{ op: 'approve', from: call.account(1).address, asset: mintOf(call), amount: 0n }];
}

export function revokeWords(told: Told): string {
  return `lets nobody else spend ${named(told)}`;
}

export function mintTokens({ account, scene }: Call, { amount, decimals }: TokenAmount): readonly Part[] {
  const [asset, target] = [account(0).address, account(1).address];
  const to = scene.tokenAccounts.get(target)?.owner ?? target;
  return [{ op: 'mint', code: 'issuer-settings', to, asset, amount, args: { decimals } }];
}

export function mintWords(told: Told): string {
  return `mints ${shown(told)} of the token ${told.effect.asset} for ${told.effect.to}`;
}

export function burnTokens({ account }: Call, { amount, decimals }: TokenAmount): readonly Part[] {
  return [{ op: 'burn', from: account(2).address, asset: account(1).address, amount, args: { decimals } }];
}

export function burnWords(told: Told): string {
  return `destroys ${shown(told)} of the token ${told.effect.asset}`;
}

/** The mint of the token account that an instruction names first; the account itself where nothing proves the mint. */
export function mintOf({ account, scene }: Call): string {
  const source = account(0).address;
  return scene.tokenAccounts.get(source)?.mint ?? source;
}

/** True where the source is the authority's own account for the mint, so that the summary names the wallet. */
function isWalletOf(
  { instruction, scene }: Call,
  { source, authority, mint }: { source: string; authority: string; mint: string },
): boolean {
  if (scene.tokenAccounts.get(source)?.owner === authority) return true;
  return source === associatedTokenAddress(authority, mint, instruction.program);
}

function shown({ effect, arg }: Told, amount = effect.amount ?? 0n): string {
  const decimals = arg('decimals');
  return decimals === '' ? `${amount} smallest units` : formatUnits(amount, Number(decimals));
}

/** Only the checked forms, or an earlier instruction, say which token it is. */
function named({ effect: { asset }, account }: Told): string {
  return asset !== undefined && asset !== account(0) ? `the token ${asset}` : `the tokens in ${account(0)}`;
}
