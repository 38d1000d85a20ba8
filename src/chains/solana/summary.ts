import type { Summary } from '../../core/chain/summary.js';
import { coins, type Effect, type Scene, type TokenAccount } from './effect.js';
import { highestFee } from './fee.js';
import { effectOf, rememberTokenAccounts } from './instructions.js';
import { type AccountUse, resolveInstructions, type SolanaMessage } from './message.js';
import { notesOf } from './notes.js';

/** What the summary needs beside the message. */
export interface Telling {
  readonly from: string;
  /** Addresses of all lent wallets. */
  readonly wallets: readonly string[];
  /** Accounts of lookup tables, in the order of the network. */
  readonly loaded: readonly AccountUse[];
}

/** Says what a message does, from the very bytes that are signed. @throws CustosError TRANSACTION_*, FEE_INVALID */
export function summarize(message: SolanaMessage, { from, wallets, loaded }: Telling): Summary {
  const instructions = resolveInstructions(message, loaded);
  const tokenAccounts = new Map<string, TokenAccount>();
  const scene: Scene = { from, ours: new Set(wallets), tokenAccounts };
  const effects = instructions.map((one) => {
    const effect = effectOf(one, scene);
    rememberTokenAccounts(tokenAccounts, one);
    return effect;
  });
  const fee = highestFee(message, instructions);
  const spent = effects.flatMap((effect) => (effect.spent && scene.ours.has(effect.spent.from) ? [effect.spent] : []));
  const tokens = effects.flatMap(({ token }) => token ?? []);
  const memos = effects.flatMap(({ memo }) => memo ?? []);
  const receivers = new Set([
    ...effects.flatMap((one) => one.spent?.to ?? []),
    ...tokens.flatMap(({ to }) => to ?? []),
  ]);
  const [to] = receivers;
  return {
    kind: kindOf(effects),
    from,
    ...(receivers.size === 1 && to !== undefined && { to }),
    value: { asset: 'SOL', amount: spent.reduce((sum, { lamports }) => sum + lamports, 0n) },
    tokens,
    hazards: effects.flatMap(({ hazards = [] }) => hazards),
    notes: notesOf(message, instructions),
    fee: { asset: 'SOL', amount: fee },
    ...(memos.length > 0 && { memo: memos.join('\n') }),
    opaque: effects.some(({ isOpaque }) => isOpaque === true),
    text: `${from} ${sentence(effects, loaded)}; the fee is at most ${coins(fee)}${payer(message, from)}`,
  };
}

function kindOf(effects: readonly Effect[]): Summary['kind'] {
  const kinds = new Set(effects.flatMap(({ kind }) => kind ?? []));
  if (kinds.has('contract-call')) return 'contract-call';
  const [only] = kinds;
  return kinds.size === 1 && only !== undefined ? only : 'other';
}

function sentence(effects: readonly Effect[], loaded: readonly AccountUse[]): string {
  const clauses = effects.flatMap(({ text }) => text ?? []);
  const told = clauses.length === 0 ? 'does nothing' : clauses.join(', then ');
  return loaded.length === 0 ? told : `${told}, with ${loaded.length} of its accounts named by lookup tables only`;
}

function payer({ signers }: SolanaMessage, from: string): string {
  const [first] = signers;
  return first === undefined || first === from ? '' : `, paid by ${first}`;
}
