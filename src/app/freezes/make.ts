import { randomBytes } from 'node:crypto';
import type { ChainRegistry } from '../../core/chain/chain.js';
import { CustosError } from '../../core/errors.js';
import { parseSignatureId } from '../../core/ids.js';
import type { FreezeScope } from '../../core/policy/freeze.js';
import type { StoredFreeze } from '../../core/store/freezes.js';
import type { JournalMac } from '../../core/store/journal-mac.js';
import type { Store } from '../../core/store/store.js';
import { freezeText, readScope } from '../../policy/freeze-text.js';
import { freezeMac } from '../../policy/freezes.js';
import type { ApproverKey } from '../approvals/key-file.js';

/** What a person types. */
export interface WantedFreeze {
  readonly all: boolean;
  readonly chain?: string;
  readonly tag?: string;
  readonly wallet?: string;
  readonly reason?: string;
}

/** What stops, and why. @throws CustosError FREEZE_INVALID, CHAIN_UNKNOWN, SIGNATURE_ID_INVALID */
export function readWanted(
  { all, chain, tag, wallet, reason }: WantedFreeze,
  chains: ChainRegistry,
): { readonly scope: FreezeScope; readonly reason: string } {
  const scopes: FreezeScope[] = [
    ...(all ? [{ kind: 'all' } as const] : []),
    ...(chain === undefined ? [] : [{ kind: 'chain', chain: chains.get(chain.trim().toUpperCase()).id } as const]),
    ...(tag === undefined ? [] : [readScope(`tag ${tag}`)]),
    ...(wallet === undefined ? [] : [{ kind: 'wallet', id: parseSignatureId(wallet) } as const]),
  ];
  const [scope] = scopes;
  if (scope === undefined || scopes.length > 1) {
    throw new CustosError('FREEZE_INVALID', 'name one of --all, --chain, --tag and --wallet');
  }
  if (reason === undefined) throw new CustosError('FREEZE_INVALID', 'say why with --reason');
  return { scope, reason };
}

export interface NewFreeze {
  readonly storeId: string;
  readonly scope: FreezeScope;
  readonly reason: string;
  readonly now: number;
  /** Who asks for it, logged in to the console. */
  readonly person?: string | undefined;
}

/** Whoever makes a freeze: the key of a person, or a process with the key of the journal. */
export type FreezeMaker = { readonly key: ApproverKey } | { readonly mac: JournalMac };

/** @throws CustosError FREEZE_INVALID */
export function makeFreeze(wanted: NewFreeze, maker: FreezeMaker): StoredFreeze {
  const isSigned = 'key' in maker;
  const { id, text } = makeLines(wanted, isSigned ? maker.key.text : undefined);
  const proof = isSigned ? { signature: maker.key.sign(text) } : { mac: freezeMac(maker.mac, text) };
  return { id, at: wanted.now, text, ...proof };
}

/** The lines of a new freeze. @param by - text form of the key that will sign them @throws CustosError FREEZE_INVALID */
export function makeLines(
  { storeId, scope, reason, now, person }: NewFreeze,
  by?: string,
): { readonly id: string; readonly text: string } {
  const id = randomBytes(16).toString('hex');
  const freeze = { id, scope, reason, at: now, ...(by !== undefined ? { by } : person !== undefined && { person }) };
  return { id, text: freezeText({ store: storeId, freeze }) };
}

/** A mistyped wallet would leave the right one at work. @throws CustosError WALLET_UNKNOWN */
export async function requireWallet({ wallets }: Pick<Store, 'wallets'>, scope: FreezeScope): Promise<void> {
  if (scope.kind !== 'wallet' || (await wallets.get([scope.id])).length > 0) return;
  throw new CustosError('WALLET_UNKNOWN', `the store has no wallet ${scope.id}`);
}
