import { wholeNumber } from '../../../app/config/command-options.js';
import { pageSealed } from '../../../app/wallets/find.js';
import { completeLookup } from '../../../app/wallets/lookup.js';
import { changeSpending, limitOwner, requireOwner } from '../../../app/wallets/owners.js';
import { shownLimits, withAmount } from '../../../app/wallets/spending.js';
import { CustosError } from '../../../core/errors.js';
import { defaultTenant, type OwnerId, parseOwnerId, parseTenantId, type TenantId } from '../../../core/ids.js';
import { pagesOf } from '../../../core/pages.js';
import type { Owner } from '../../../core/signing/lookup.js';
import type { Wallet } from '../../../core/signing/wallet.js';
import type { StoredOwner } from '../../../core/store/owners.js';
import type { Call, Run } from '../../spec.js';
import { shown, walletRows } from './shown.js';

const PAGE = 500;

export const list: Run = async (call) => {
  const { options, out } = call;
  const tenant = options.tenant === undefined ? undefined : parseTenantId(options.tenant);
  const { store, vault } = await partsOf(call);
  const pages = pagesOf<StoredOwner, Uint8Array>({
    size: PAGE,
    page: (after, limit) => store.owners.page(tenant, after, limit),
    keyOf: ({ digest }) => digest,
  });
  const found: Owner[] = [];
  for await (const page of pages) {
    const owners = page.map((stored) => vault.beside.openOwner(stored));
    if (options.json) for (const owner of owners) out.jsonLine(shownOwner(owner));
    else found.push(...owners);
  }
  if (!options.json) out.table([['TENANT', 'OWNER', 'SINCE', 'MOST WALLETS'], ...found.map(ownerRow)]);
  return 0;
};

export const show: Run = async (call) => {
  const { tenant, owner } = named(call);
  const parts = await partsOf(call);
  const known = await requireOwner(parts, tenant, owner);
  const wallets = await parts.store.wallets.count({ owner: parts.vault.index.owner(tenant, owner) });
  call.out.json({ ...shownOwner(known), wallets });
  return 0;
};

export const wallets: Run = async (call) => {
  const { options, out } = call;
  const { tenant, owner } = named(call);
  const parts = await partsOf(call);
  const { store, vault } = parts;
  await requireOwner(parts, tenant, owner);
  const found: Wallet[] = [];
  for await (const page of pageSealed(store.wallets, { owner: vault.index.owner(tenant, owner) })) {
    const opened = page.map((sealed) => vault.wallet(sealed));
    if (options.json) for (const wallet of opened) out.jsonLine(shown(wallet));
    else found.push(...opened);
  }
  if (!options.json) out.table(walletRows(found));
  return 0;
};

export const limit: Run = async (call) => {
  const { args, options, out } = call;
  const [, number] = args;
  if ((number === undefined) === !options.none) throw new CustosError('USAGE', 'give a number, or say --none');
  if (options.spend !== undefined) return limitSpending(call, number);
  const { token, decimals } = options.payment;
  if (options.each || token !== undefined || decimals !== undefined) {
    throw new CustosError('USAGE', '--token, --decimals and --each belong to --spend');
  }
  const most = number === undefined ? null : wholeNumber(number, 'a limit');
  const limits = options.requests ? { mostRequests: most } : { mostWallets: most };
  out.json(shownOwner(await limitOwner(await partsOf(call), named(call), limits)));
  return 0;
};

/** Changes one amount, and leaves the others as they are. */
async function limitSpending(call: Call, amount: string | undefined): Promise<0> {
  const { options, out, house } = call;
  const { spend = '', each, requests, payment } = options;
  if (requests) throw new CustosError('USAGE', '--requests and --spend are two limits');
  const { token, decimals } = payment;
  const about = {
    chain: house.chains.get(spend).id,
    ...(token !== undefined && { token }),
    ...(decimals !== undefined && { decimals: wholeNumber(decimals, 'the number of decimals') }),
  };
  const parts = await partsOf(call);
  const change = { about, which: each ? 'aTransaction' : 'aDay', amount } as const;
  const owner = await changeSpending(parts, named(call), (limits) => withAmount(house.chains, limits, change));
  out.json(shownOwner(owner));
  return 0;
}

/** @throws CustosError OWNER_INVALID, TENANT_INVALID */
function named({ args, options }: Call): { readonly tenant: TenantId; readonly owner: OwnerId } {
  return { tenant: parseTenantId(options.tenant ?? defaultTenant), owner: parseOwnerId(args[0]) };
}

/** Everything that knows owners, also those of wallets that an older version wrote. */
async function partsOf({ house }: Call) {
  const parts = { ...(await house.open()), clock: house.clock };
  await completeLookup(parts);
  return parts;
}

function shownOwner({ tenant, owner, createdAt, mostWallets, mostRequests, mostSpent }: Owner) {
  return {
    owner,
    tenant,
    createdAt: new Date(createdAt).toISOString(),
    ...(mostWallets !== undefined && { mostWallets }),
    ...(mostRequests !== undefined && { mostRequests }),
    ...(mostSpent?.limits.length && { mostSpent: shownLimits(mostSpent.limits) }),
  };
}

function ownerRow({ tenant, owner, createdAt, mostWallets }: Owner): string[] {
  return [
    tenant,
    owner,
    new Date(createdAt).toISOString().slice(0, 10),
    mostWallets === undefined ? '' : String(mostWallets),
  ];
}
