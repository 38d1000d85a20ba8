import type { ChainId, SignatureId } from '../ids.js';

/** What a freeze stops. */
export type FreezeScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'chain'; readonly chain: ChainId }
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'wallet'; readonly id: SignatureId };

/** One stop of signing. It holds until it is ended by its id. */
export interface Freeze {
  /** 16 random bytes in hexadecimal digits. */
  readonly id: string;
  readonly scope: FreezeScope;
  readonly reason: string;
  /** When it was made, in milliseconds since 1970. */
  readonly at: number;
  /** Text form of the key that signed it; absent for one that was made with the password, or at the socket of a signer. */
  readonly by?: string;
  /** Who pressed it in the console, as the process with the password says. Never beside `by`: no key signed it. */
  readonly person?: string;
}

/** What would be signed, as far as freezes go. */
export interface FreezeSubject {
  readonly chain: string;
  /** The wallets that sign. Absent tags are unknown, so that every freeze of a tag meets the wallet. */
  readonly wallets: readonly { readonly id: string; readonly tags?: readonly string[] }[];
}

/** @returns a freeze that stops the subject; undefined if none does */
export function frozenBy(freezes: readonly Freeze[], subject: FreezeSubject): Freeze | undefined {
  return freezes.find(({ scope }) => isMet(scope, subject));
}

function isMet(scope: FreezeScope, { chain, wallets }: FreezeSubject): boolean {
  switch (scope.kind) {
    case 'all':
      return true;
    case 'chain':
      return scope.chain === chain;
    case 'wallet':
      return wallets.some(({ id }) => id === scope.id);
    case 'tag':
      return wallets.some(({ tags }) => tags === undefined || tags.includes(scope.tag));
  }
}

/** `all`, `chain ETH`, `tag hot` or `wallet <id>`: in signed lines and for people. */
export function scopeText(scope: FreezeScope): string {
  switch (scope.kind) {
    case 'all':
      return 'all';
    case 'chain':
      return `chain ${scope.chain}`;
    case 'tag':
      return `tag ${scope.tag}`;
    case 'wallet':
      return `wallet ${scope.id}`;
  }
}
