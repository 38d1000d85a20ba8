import { attachWallet } from '../../../app/hsm/attach.js';
import { keyHolders } from '../../../app/hsm/holders.js';
import { readMarks } from '../../../app/wallets/marks.js';
import { CustosError } from '../../../core/errors.js';
import { parseTenantId } from '../../../core/ids.js';
import type { Run } from '../../spec.js';

export const attach: Run = async ({ args, options, house, out }) => {
  const { key: uri, address, yes, label, signatureId, tags, owner, tenant, requireUserToken } = options;
  const { config, chains, terminal } = house;
  const chain = chains.get(args[0] ?? '').id;
  if (uri === undefined) throw new CustosError('USAGE', 'name the key with --key, as docs/keys-elsewhere.md shows');
  // A script answers no question, so it says which address it wants, or that it takes any.
  if (!terminal.interactive && !yes && address === undefined) {
    throw new CustosError('NO_TERMINAL', 'without a terminal, give --address or --yes');
  }
  const warn = (text: string) => out.note(`custos: warning: ${text}`);
  const ask = (token: string) => terminal.askHidden(`PIN of the token ${token}: `);
  const holders = keyHolders({ config, warn, ...(terminal.interactive && { askPin: ask }) });
  try {
    const parts = {
      chains,
      holders,
      open: house.openForAdding,
      async review(wallet: { readonly address?: string }, held: { readonly isExtractable?: true }) {
        out.note(`The key gives ${wallet.address} (${chain}, ${config.network}).`);
        if (held.isExtractable) warn('the token gives this private key to whoever has the PIN (CKA_EXTRACTABLE)');
        if (yes || address !== undefined) return;
        if (await terminal.confirm('Store this wallet?')) return;
        throw new CustosError('CANCELLED_BY_USER', 'not confirmed');
      },
    };
    const wallet = await attachWallet(parts, {
      chain,
      network: config.network,
      uri,
      ...(signatureId !== undefined && { signatureId }),
      ...(address !== undefined && { address }),
      ...(label !== undefined && { label }),
      ...readMarks({
        ...(tags && { tags }),
        ...(owner !== undefined && { owner }),
        ...(tenant !== undefined && { tenant: parseTenantId(tenant) }),
        requireUserToken,
      }),
    });
    out.json({ signatureId: wallet.signatureId, address: wallet.address });
    return 0;
  } finally {
    holders.close();
  }
};
