import type { Wallet, WalletControl, WalletKind } from '../../../core/signing/wallet.js';

/** How kinds are called. */
const kinds: Readonly<Record<WalletKind, { readonly json: string; readonly text: string }>> = {
  hd: { json: 'mnemonic', text: 'mnemonic' },
  key: { json: 'privateKey', text: 'private key' },
  remote: { json: 'elsewhere', text: 'elsewhere' },
};

/** A wallet as JSON. Tags, owner and state are there if something was ever said about them. */
export function shown(wallet: Wallet) {
  const { signatureId, chain, network, kind, createdAt, label, xpub, address, derivation, control, tenant } = wallet;
  return {
    signatureId,
    chain,
    testnet: network === 'testnet',
    kind: kinds[kind].json,
    createdAt: new Date(createdAt).toISOString(),
    ...(xpub !== undefined && { xpub }),
    ...(address !== undefined && { address }),
    ...(derivation !== undefined && { derivation }),
    ...(label !== undefined && { label }),
    ...(tenant !== undefined && { tenant }),
    ...(control && shownControl(control)),
  };
}

function shownControl(control: WalletControl) {
  const { tags, owner, slot, requireUserToken, state, since, reason, by, destroyFrom } = control;
  return {
    ...(tags.length > 0 && { tags }),
    ...(owner !== undefined && { owner }),
    ...(slot !== undefined && { slot }),
    ...(requireUserToken && { requireUserToken }),
    state,
    since: new Date(since).toISOString(),
    ...(reason !== undefined && { reason }),
    ...(by && { by }),
    ...(destroyFrom !== undefined && { destroyFrom: new Date(destroyFrom).toISOString() }),
  };
}

/** The table of wallets. It has columns of control if one of the wallets has any. */
export function walletRows(wallets: readonly Wallet[]): readonly (readonly string[])[] {
  const hasControl = wallets.some(({ control }) => control !== undefined);
  const head = ['SIGNATURE ID', 'CHAIN', 'NETWORK', 'KIND', 'CREATED', 'ADDRESS OR XPUB', 'LABEL'];
  const more = hasControl ? ['STATE', 'OWNER', 'TAGS'] : [];
  return [[...head, ...more], ...wallets.map((wallet) => [...row(wallet), ...(hasControl ? controlRow(wallet) : [])])];
}

function row({ signatureId, chain, network, kind, createdAt, label, xpub, address }: Wallet): string[] {
  const created = new Date(createdAt).toISOString().slice(0, 10);
  return [signatureId, chain, network, kinds[kind].text, created, xpub ?? address ?? '', label ?? ''];
}

function controlRow({ control }: Wallet): string[] {
  const { state = 'active', owner = '', tags = [] } = control ?? {};
  return [state, owner, tags.join(' ')];
}
