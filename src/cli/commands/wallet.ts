import { recordWhereWritable } from '../../app/audit/unlock.js';
import { walletEvents } from '../../app/audit/wallets.js';
import { type CreateParts, createWallets } from '../../app/wallets/create.js';
import { getSealed, pageSealed, typedKeyRef, withSecrets } from '../../app/wallets/find.js';
import { importWallets as importAll } from '../../app/wallets/import.js';
import { type ImportItem, parseImport } from '../../app/wallets/import-format.js';
import { isListed, listWallets, wantedWallets } from '../../app/wallets/list.js';
import { completeLookup, findEverywhere } from '../../app/wallets/lookup.js';
import { readMarks } from '../../app/wallets/marks.js';
import { serviceOf } from '../../app/wallets/service.js';
import { CustosError } from '../../core/errors.js';
import { parseTenantId, type SignatureId } from '../../core/ids.js';
import { Secret } from '../../core/secret.js';
import type { ImportSecret, WalletMarks } from '../../core/signing/vault.js';
import { type SealedWallet, tenantOf, type Wallet } from '../../core/signing/wallet.js';
import type { Call, Run } from '../spec.js';
import { shown, walletRows } from './wallets/shown.js';

export const create: Run = async ({ args, options, house, out }) => {
  const { count, kind, derivation, label } = options;
  const marks = marksOf(options);
  const batches = createWallets(makerOf(house), {
    chain: args[0] ?? '',
    network: house.config.network,
    count,
    ...(kind !== undefined && { kind }),
    ...(derivation !== undefined && { derivation }),
    ...(label !== undefined && { label }),
    ...marks,
  });
  const bar = await out.progress('wallets', count);
  let done = 0;
  try {
    for await (const wallets of batches) {
      for (const wallet of wallets) count === 1 ? out.json(created(wallet)) : out.jsonLine(created(wallet));
      done += wallets.length;
      bar.update(done);
    }
  } finally {
    bar.stop();
  }
  return 0;
};

/** @throws CustosError USAGE */
function marksOf({ tags, owner, tenant, requireUserToken }: Call['options']): WalletMarks {
  return readMarks({
    ...(tags && { tags }),
    ...(owner !== undefined && { owner }),
    ...(tenant !== undefined && { tenant: parseTenantId(tenant) }),
    requireUserToken,
  });
}

/** How wallets are made. */
export function makerOf({ chains, openForAdding }: Call['house']): CreateParts {
  return { chains, open: openForAdding };
}

export const importWallet: Run = async (call) => {
  const { args, options, house, out } = call;
  const [chain] = args;
  if (chain === undefined) return importMany(call);
  const id = house.chains.get(chain).id;
  const secret = await readSecret(call);
  const { signatureId, address, label, derivation } = options;
  const item: ImportItem = {
    kind: 'request',
    request: {
      chain: id,
      network: house.config.network,
      secret,
      ...(signatureId !== undefined && { signatureId }),
      ...(address !== undefined && (address.includes('pub') ? { xpub: address } : { address })),
      ...(label !== undefined && { label }),
      ...(derivation !== undefined && { derivation }),
      ...marksOf(options),
    },
  };
  // No question if the address is stated, or if there is no terminal to answer on.
  const isAsked = house.terminal.interactive && !options.yes && address === undefined;
  const [imported] = await importAll(house.openForAdding, [item], {
    async review([derived]) {
      if (derived !== undefined) showDerived(call, derived);
      if (isAsked) await confirm(house, 'Store this wallet?');
    },
  });
  if (imported === undefined) throw new CustosError('INTERNAL', 'the import gave no wallet');
  out.json(created(imported.wallet));
  return 0;
};

/** Shows the address of a secret before it is stored. */
export function showDerived(
  { out }: Pick<Call, 'out'>,
  { wallet, address }: { readonly wallet: Wallet; readonly address: string },
): void {
  const index = wallet.kind === 'hd' ? ', index 0' : '';
  out.note(`The secret gives ${address} (${wallet.chain}, ${wallet.network}${index}).`);
}

async function importMany({ house, out }: Call): Promise<0> {
  const items = parseImport(await house.terminal.readInput());
  const bar = await out.progress('wallets', items.length);
  try {
    const imported = await importAll(house.openForAdding, items, { progress: (done) => bar.update(done) });
    bar.stop();
    for (const { wallet } of imported) out.jsonLine(created(wallet));
    const added = imported.filter((item) => item.added).length;
    out.note(`${added} wallets added, ${imported.length - added} were there already.`);
  } finally {
    bar.stop();
  }
  return 0;
}

/** Reads from the hidden prompt or standard input. Spaces distinguish a mnemonic from a private key. */
async function readSecret({ options, house }: Call): Promise<ImportSecret> {
  const { terminal } = house;
  const text = terminal.interactive
    ? await terminal.askHidden('Mnemonic or private key: ')
    : await terminal.readInput();
  const secret = Secret.text(text.trim());
  if (secret.length === 0) throw new CustosError('SECRET_UNSUPPORTED', 'no secret was given on standard input');
  const isKey = options.isPrivateKey || !/\s/.test(text.trim());
  return isKey ? { kind: 'privateKey', privateKey: secret } : { kind: 'mnemonic', mnemonic: secret };
}

export const list: Run = async ({ options, house, out }) => {
  const { json } = options;
  const wanted = wantedWallets(options, house.chains);
  const vault = await house.vault();
  if (options.address !== undefined) return listFound(await foundWallets(house, options, wanted), out, json);
  const found: Wallet[] = [];
  for await (const page of listWallets((await house.store()).wallets, vault, wanted)) {
    if (json) for (const wallet of page) out.jsonLine(shown(wallet));
    else found.push(...page);
  }
  if (!json) out.table(walletRows(found));
  return 0;
};

/** The wallets with an address that are wanted. */
async function foundWallets(
  house: Call['house'],
  { address: text = '' }: Call['options'],
  wanted: ReturnType<typeof wantedWallets>,
): Promise<readonly Wallet[]> {
  const parts = { ...(await house.open()), chains: house.chains, clock: house.clock };
  await completeLookup(parts);
  const found = await findEverywhere(parts, text, wanted.filter);
  return found.map(({ wallet }) => wallet).filter((wallet) => isListed(wallet, wanted));
}

function listFound(wallets: readonly Wallet[], out: Call['out'], json: boolean): 0 {
  if (json) for (const wallet of wallets) out.jsonLine(shown(wallet));
  else out.table(walletRows(wallets));
  return 0;
}

export const show: Run = async ({ args, house, out }) => {
  const vault = await house.vault();
  const sealed = await getSealed(house.store, args[0] ?? '');
  const isThere = sealed.kind === 'remote' && vault.control(sealed).state !== 'destroyed';
  const key = isThere ? vault.keyUri(sealed) : undefined;
  out.json({ ...shown(vault.wallet(sealed)), ...(key !== undefined && { key }) });
  return 0;
};

export const address: Run = async ({ args, options, house, out }) => {
  const { next, least, json } = options;
  if (least !== undefined && !next) throw new CustosError('USAGE', '--least goes with --next');
  if (next && args[1] !== undefined) throw new CustosError('USAGE', 'name an index, or say --next');
  const sealed = await getSealed(house.store, args[0] ?? '');
  const vault = await house.vault();
  if (next) {
    const allotted = await serviceOf(house, await house.open()).allot(tenantOf(sealed), sealed.signatureId, {
      least: typedKeyRef(sealed.signatureId, least).index ?? 0,
    });
    if (json) out.json(allotted);
    else out.line(`${allotted.index} ${allotted.address}`);
    return 0;
  }
  const text = vault.identify(sealed, typedKeyRef(sealed.signatureId, args[1])).address;
  if (json) out.json({ address: text });
  else out.line(text);
  return 0;
};

export const exportWallets: Run = async ({ args, options, house, out }) => {
  if (house.terminal.interactive && !options.yes) {
    await confirm(house, 'Print secrets in clear on this terminal?');
  }
  const vault = await house.vault();
  const store = await house.store();
  const all: Record<string, unknown> = {};
  const open = (page: readonly SealedWallet[]) => {
    for (const sealed of page) all[sealed.signatureId] = vault.export(sealed);
    return page.map(({ signatureId }) => signatureId);
  };
  const ids: SignatureId[] = [];
  let destroyed = 0;
  if (args.length > 0) ids.push(...open(await Promise.all(args.map((id) => getSealed(house.store, id)))));
  else {
    for await (const page of pageSealed(store.wallets, {})) {
      const left = withSecrets(vault, page);
      destroyed += page.length - left.length;
      ids.push(...open(left));
    }
  }
  if (destroyed > 0) out.note(`${destroyed} wallets were destroyed and have no secret any more; they are left out.`);
  const elsewhere = Object.values(all).filter((one) => typeof one === 'object' && one !== null && 'key' in one).length;
  if (elsewhere > 0) out.note(`${elsewhere} wallets have no secret here: their keys are elsewhere, as "key" says.`);
  // Nothing is shown that is not recorded.
  if (ids.length > 0) await recordWhereWritable(store.audit, walletEvents('wallet.exported', ids));
  out.json(all);
  return 0;
};

export const remove: Run = async ({ args, options, house, out }) => {
  const sealed = await getSealed(house.store, args[0] ?? '');
  // Removing needs no key, but the password is still required: only those who can open the store may empty it.
  await house.opened();
  if (!options.yes) await confirm(house, `Remove wallet ${sealed.signatureId} (${sealed.chain}) for good?`);
  const events = walletEvents('wallet.removed', [sealed.signatureId]);
  await (await house.store()).wallets.remove(sealed.signatureId, events);
  out.note(`Wallet ${sealed.signatureId} is removed.`);
  return 0;
};

async function confirm(house: Call['house'], question: string): Promise<void> {
  if (!(await house.terminal.confirm(question))) throw new CustosError('CANCELLED_BY_USER', 'not confirmed');
}

/** What a new wallet prints: the signature ID, and its xpub or address. */
function created({ signatureId, xpub, address }: Wallet) {
  return xpub === undefined ? { signatureId, address } : { signatureId, xpub };
}
