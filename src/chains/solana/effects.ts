import { hex } from '@scure/base';
import type { Effect } from '../../core/chain/effect.js';
import { CustosError } from '../../core/errors.js';
import { argumentsOf, fieldOf } from '../shared/signed-fields.js';
import { associatedTokenAddress } from './address.js';
import { type Call, COIN, callOf, type Form, type Part, type Scene, type TokenAccount, type Told } from './call.js';
import { feeEffect } from './fee.js';
import { formNamed, programOf, rememberTokenAccounts } from './instructions.js';
import { type AccountUse, type Instruction, resolveInstructions, type SolanaMessage } from './message.js';
import { programs } from './programs/ids.js';

/** What decoding needs beside the message. */
export interface Surroundings {
  readonly from: string;
  /** Addresses of all lent wallets. */
  readonly wallets: readonly string[];
  /** Accounts of lookup tables, in the order of the network. */
  readonly loaded: readonly AccountUse[];
}

/** Name of the argument that says to which instruction an effect belongs, counted from 1. */
const PLACE = 'instruction';

/**
 * Everything that a message does. Each effect of an instruction holds the whole instruction: its program, data and accounts,
 * and in its arguments which of the accounts sign, may be written, and come from a lookup table.
 * @throws CustosError TRANSACTION_*, FEE_INVALID
 */
export function effectsOf(message: SolanaMessage, { from, wallets, loaded }: Surroundings): readonly Effect[] {
  const instructions = resolveInstructions(message, loaded);
  const tokenAccounts = new Map<string, TokenAccount>();
  const scene: Scene = { from, ours: new Set(wallets), tokenAccounts };
  const effects = instructions.flatMap((one, at) => {
    const found = instructionEffects(one, { at, scene });
    rememberTokenAccounts(tokenAccounts, one);
    return found;
  });
  return [...effects, feeEffect(message, instructions)];
}

/** The effects of each instruction that has any, with its number. */
export function byInstruction(effects: readonly Effect[]): ReadonlyMap<number, readonly Effect[]> {
  const found = new Map<number, Effect[]>();
  for (const effect of effects) {
    if (effect.op === 'fee') continue;
    const place = Number(fieldOf(effect, PLACE));
    found.set(place, [...(found.get(place) ?? []), effect]);
  }
  return found;
}

/** The effects of one instruction as the words about it need them. @param wallet - from whose side it is described */
export function toldOf(effects: readonly [Effect, ...(readonly Effect[])], wallet: string): Told {
  const [effect] = effects;
  return {
    ...{ effect, effects, wallet },
    account: (at) => effect.accounts?.[at] ?? '',
    arg: (name) => effects.map((one) => fieldOf(one, name)).find((value) => value !== undefined) ?? '',
  };
}

function instructionEffects(
  instruction: Instruction,
  { at, scene }: { readonly at: number; readonly scene: Scene },
): readonly Effect[] {
  const { form, parts, method, call } = readInstruction(instruction, scene);
  const whole = { instruction, at, scene, method };
  const effects = parts.map((part) => effectOf(part, whole));
  const [first] = effects;
  if (form !== undefined) {
    if (first !== undefined) refuseRuin(form, { call, told: toldOf([first, ...effects.slice(1)], scene.from) });
    if (first === undefined || form.isOpaque?.(first) !== true) call.cursor.end();
  }
  // The signed bytes do not hold these accounts: a node said that the table holds them.
  if (!instruction.accounts.some(({ isLoaded }) => isLoaded)) return effects;
  const proved = effects.map((effect) => (isTokenProved(instruction, effect) ? effect : withoutToken(effect)));
  return [...proved, effectOf({ op: 'note', code: 'opaque-data' }, whole)];
}

/**
 * A node names the accounts of a lookup table, so none of these says which token it is. Where the message itself names the wallet's
 * own account for a token, that account's address proves it.
 */
function isTokenProved({ accounts, program }: Instruction, { asset, from }: Effect): boolean {
  const [first] = accounts;
  if (asset === undefined || asset === COIN) return true;
  if (first === undefined || first.isLoaded) return false;
  const isNamed = !accounts.some(({ address, isLoaded }) => isLoaded && address === asset);
  return isNamed || first.address === associatedTokenAddress(from, asset, program);
}

function withoutToken({ asset, ...effect }: Effect): Effect {
  return effect;
}

interface Reading {
  readonly call: Call;
  readonly form?: Form;
  readonly method?: string;
  readonly parts: readonly Part[];
}

function readInstruction(instruction: Instruction, scene: Scene): Reading {
  const program = programOf(instruction.program);
  const call = callOf(instruction, scene, program?.title ?? 'an instruction');
  const form = program?.formOf(call);
  if (form !== undefined) return { call, form, method: form.method, parts: form.read(call) };
  const unknown: Part = { op: 'call', code: 'opaque-data', ...(mayPay(instruction) && { asset: COIN }) };
  const suspicion = program?.suspect?.(call);
  if (suspicion === undefined) return { call, parts: [unknown] };
  return { call, method: suspicion.method, parts: [suspicion.part, unknown] };
}

/** A program may take any amount of coins from an account that signs and may be written. */
function mayPay({ accounts }: Instruction): boolean {
  return accounts.some(({ isSigner, isWritable }) => isSigner && isWritable);
}

interface Whole {
  readonly instruction: Instruction;
  readonly at: number;
  readonly scene: Scene;
  readonly method: string | undefined;
}

function effectOf({ args = {}, ...part }: Part, { instruction, at, scene, method }: Whole): Effect {
  const { program, accounts, data } = instruction;
  const isMove = part.op === 'transfer' || part.op === 'token-transfer';
  const isOwn = isMove && program !== programs.associatedToken && scene.ours.has(part.to ?? '');
  const places = (has: (use: AccountUse) => boolean) =>
    accounts.flatMap((use, place) => (has(use) ? [place] : [])).join(' ') || undefined;
  const roles = {
    signers: places(({ isSigner }) => isSigner),
    writable: places(({ isWritable }) => isWritable),
    loaded: places(({ isLoaded }) => isLoaded),
  };
  return {
    from: scene.from,
    ...part,
    ...(isOwn && { own: true }),
    contract: program,
    ...(method !== undefined && { method }),
    args: argumentsOf({ [PLACE]: at + 1, ...roles, ...args }),
    data: hex.encode(data),
    accounts: accounts.map(({ address }) => address),
  };
}

/** A wallet that belongs to another program, or holds data, can neither send coins nor pay fees any more. */
function refuseRuin({ ruins, say }: Form, { call, told }: { readonly call: Call; readonly told: Told }): void {
  if (ruins === undefined || !call.scene.ours.has(told.account(ruins))) return;
  const text = `the transaction ${say?.(told)}, which would make this wallet useless`;
  throw new CustosError('TRANSACTION_UNSUPPORTED', text);
}

/** The form of the instruction that an effect belongs to; undefined if it was not understood. */
export function formOf({ contract, method }: Effect): Form | undefined {
  return contract === undefined || method === undefined ? undefined : formNamed(contract, method);
}
