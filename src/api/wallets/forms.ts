import { z } from 'zod';
import { ownerForm as ownerText, parseOwnerId } from '../../core/ids.js';
import { type Wallet, walletStates } from '../../core/signing/wallet.js';
import { forms } from '../../policy/document/forms.js';
import { chain, described, moment, named, pageOf, parsedBy } from '../schemas.js';

const kind = z.enum(['hd', 'key']);
const name = z.string().regex(forms.name, 'must have 1 to 64 lower-case letters, digits or dashes, no dash first');
const visible = new RegExp(ownerText.source.replace('128', '200'), 'u');

export const owner = parsedBy(parseOwnerId, z.string().min(1).max(256));
export const label = z.string().regex(visible, 'must have 1 to 200 characters, all of them visible or blanks');

const members = {
  kind: described(kind.optional(), "`hd`: many addresses below one mnemonic; `key`: one; by default the chain's usual"),
  label: described(label.optional(), 'for people and for searching; not unique'),
  tags: described(z.array(name).max(64).optional(), 'what rules of a policy go by'),
  requireUserToken: described(z.boolean().optional(), 'nothing is signed with it without a proof of its owner'),
};

/** A wallet that an application asks for. */
export const walletForm = named(
  'WalletRequest',
  z
    .strictObject({
      chain: described(chain, 'ticker of the chain'),
      owner: described(owner.optional(), "the application's user; without one it is the application's own"),
      slot: described(name.optional(), 'tells several wallets of one owner and chain apart; `main` by default'),
      ...members,
      count: described(z.int().min(1).max(100).optional(), 'so many new wallets, in no slot'),
    })
    .superRefine(({ owner: of, slot, count }, context) => {
      const without = (text: string) => context.addIssue({ code: 'custom', path: ['slot'], message: text });
      if (slot !== undefined && of === undefined) without('needs an owner');
      if (slot !== undefined && count !== undefined) without('has one wallet, so it does not go with `count`');
    }),
);
export type WalletForm = z.output<typeof walletForm>;

/** The wallet of an owner for one chain, which the path names. */
export const placeForm = named('WalletPlaceRequest', z.strictObject({ slot: name.optional(), ...members }));

export const wallet = named(
  'Wallet',
  z.strictObject({
    id: z.uuid(),
    chain: z.string(),
    network: z.enum(['mainnet', 'testnet']),
    kind: described(z.enum(['hd', 'key', 'remote']), '`remote`: a token or key service holds the one key'),
    address: described(
      z.string().nullable(),
      'the one address, or that of index 0; null where only an index gives one',
    ),
    xpub: z.string().nullable(),
    label: z.string().nullable(),
    owner: z.string().nullable(),
    slot: z.string().nullable(),
    tags: z.array(z.string()),
    requireUserToken: z.boolean(),
    state: z.enum(walletStates),
    createdAt: moment,
    index: described(
      z.int().nullable(),
      'of the `address` that was searched for, in a wallet with a mnemonic; else null',
    ),
  }),
);

const most = z.int().min(0).max(1_000_000_000).nullable();
const mostRequests = described(z.int().nullable(), 'requests a minute that are made for this owner alone');

const asset = {
  chain: described(chain, 'ticker of the chain'),
  token: described(z.string().min(1).max(200).optional(), 'contract or identifier; left out: the coin'),
  decimals: described(
    z.int().min(0).max(36).optional(),
    'of the token, which needs them; its own word is not believed',
  ),
};
const coins = z.string().regex(forms.amount, 'must be a decimal number of whole coins, such as 1.5');

const spendingForm = named(
  'SpendingLimitRequest',
  z.strictObject({
    ...asset,
    aDay: described(coins.optional(), 'whole coins in 24 hours, fees included; one of the two is needed'),
    aTransaction: described(coins.optional(), 'whole coins in one transaction, its fee included'),
  }),
);

const spending = named(
  'SpendingLimit',
  z.strictObject({
    chain: z.string(),
    token: z.string().nullable(),
    decimals: z.int(),
    aDay: z.string().nullable(),
    aTransaction: z.string().nullable(),
  }),
);

export const ownerForm = named(
  'OwnerRequest',
  z.strictObject({
    mostWallets: described(most.optional(), 'null: no limit of their own; if it is left out, the limit stays as it is'),
    mostRequests: described(
      z.int().min(1).max(1_000_000).nullable().optional(),
      'requests a minute that are made for this owner alone; null and left out as above',
    ),
    mostSpent: described(
      z.array(spendingForm).max(50).nullable().optional(),
      'what may be spent, asset by asset; what is not listed has no limit; null and left out as above',
    ),
  }),
);

export const ownerAnswer = named(
  'Owner',
  z.strictObject({
    id: z.string(),
    mostWallets: z.int().nullable(),
    mostRequests,
    mostSpent: described(z.array(spending).nullable(), 'null: no limits of spending'),
    createdAt: moment,
  }),
);
export const countedOwner = named(
  'CountedOwner',
  z.strictObject({ ...ownerAnswer.shape, wallets: described(z.int(), 'how many the owner has, on both networks') }),
);
export const ownerPage = pageOf('OwnerPage', ownerAnswer);

export const newWallets = named('NewWallets', z.strictObject({ data: z.array(wallet) }));

export const address = named('Address', z.strictObject({ index: z.int(), address: z.string() }));
export const addressPage = pageOf('AddressPage', address);

/** A wallet as answers show it. @param index - of the address that was asked for */
export function walletJson(
  { signatureId, chain: id, network, kind, createdAt, ...rest }: Wallet,
  index?: number,
): z.input<typeof wallet> {
  const { address = null, xpub = null, label = null, control } = rest;
  return {
    id: signatureId,
    ...{ chain: id, network, kind, address, xpub, label },
    owner: control?.owner ?? null,
    slot: control?.slot ?? null,
    tags: [...(control?.tags ?? [])],
    requireUserToken: control?.requireUserToken ?? false,
    state: control?.state ?? 'active',
    createdAt: new Date(createdAt).toISOString(),
    index: index ?? null,
  };
}
