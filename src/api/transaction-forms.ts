import { z } from 'zod';
import { deliveries } from '../core/store/intake-facts.js';
import { states } from '../core/store/journal.js';
import { aboutMembers, approvalsStanding, policyVerdict } from './forms/approvals.js';
import { chain, described, moment, named, pageOf, paging, walletId } from './schemas.js';

const index = z.int().min(0).max(0x7fffffff);
export const key = z.strictObject({ wallet: walletId, index: index.optional() });
const text = z.string().min(1).max(255);
const address = z.string().min(1).max(200);
const amount = z
  .string()
  .max(100)
  .regex(/^(0|[1-9]\d*)(\.\d+)?$/, 'must be a decimal number in a text');
const data = z.string().regex(/^0x([0-9a-fA-F]{2})*$/, 'must be 0x and hexadecimal digits');

/** Members of every request. */
export const requestMembers = {
  chain: described(chain, 'ticker of the chain'),
  reference: described(text.optional(), "the application's own name for it; not unique"),
  expiresIn: described(z.int().min(1).max(31_536_000).optional(), 'seconds within which it must be signed'),
};

const common = {
  ...requestMembers,
  delivery: described(z.enum(deliveries).optional(), '`return`: the signed bytes come back, and nothing is sent'),
};

/** What an application asks for. */
export const transactionForm = named(
  'TransactionRequest',
  z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('transfer'),
      ...common,
      from: described(key, 'who pays and signs; `index` for a wallet with a mnemonic'),
      to: address,
      amount: described(amount, 'whole coins or tokens'),
      token: described(address.optional(), 'the token; without it, coins are paid (payments.md)'),
      decimals: z.int().min(0).max(255).optional(),
      memo: z.string().max(1024).optional(),
      tag: z
        .string()
        .regex(/^\d{1,20}$/)
        .optional(),
      maxFee: described(amount.optional(), 'highest fee, in whole units of what pays it'),
    }),
    z.strictObject({
      kind: z.literal('call'),
      ...common,
      from: key,
      to: address,
      data,
      value: described(amount.optional(), 'whole coins that go along'),
    }),
    z.strictObject({ kind: z.literal('deploy'), ...common, from: key, data, value: amount.optional() }),
    z.strictObject({
      kind: z.literal('raw'),
      ...common,
      keys: described(z.array(key).min(1).max(200), 'who signs, the sender first'),
      unsigned: described(z.string().min(1).max(1_048_576), 'in the form that chains.md names for the chain'),
    }),
  ]),
);
export type TransactionForm = z.output<typeof transactionForm>;

/** Every wallet that a request names. */
export function keysOf(form: TransactionForm): readonly z.output<typeof key>[] {
  return form.kind === 'raw' ? form.keys : [form.from];
}

const summary = z.looseObject({ text: z.string() });

/** Members of everything that was asked for, as answers show it. */
export const requestAnswer = {
  id: z.string(),
  state: described(z.enum(states), '`completed`, `denied`, `failed` and `cancelled` are ends'),
  chain: z.string(),
  network: z.enum(['mainnet', 'testnet']),
  summary: described(summary.nullable(), 'what it does; null before it is decoded'),
  sender: z.string().nullable(),
  error: z.strictObject({ code: z.string(), detail: z.string() }).nullable(),
  reference: z.string().nullable(),
  expiresAt: moment.nullable(),
  createdAt: moment,
  updatedAt: moment,
  ...aboutMembers,
};

export const transaction = named(
  'Transaction',
  z.strictObject({
    ...requestAnswer,
    kind: z.literal('transaction'),
    wallets: z.array(z.uuid()),
    digest: described(z.string().nullable(), 'of the completed form: `sha256:` and hexadecimal digits'),
    nonce: z.string().nullable(),
    txId: z.string().nullable(),
    delivery: z.enum(deliveries),
    signed: described(z.string().nullable(), 'the signed bytes, with the delivery `return` once it is completed'),
  }),
);
export const transactionPage = pageOf('TransactionPage', transaction);

export const preview = named(
  'Preview',
  z.strictObject({
    summary,
    digest: z.string(),
    fee: described(
      z.strictObject({ asset: z.string(), amount: z.string() }),
      'highest fee, in the smallest unit of what pays it',
    ),
    policy: described(policyVerdict.nullable(), 'what the policy would say now, and what it would charge'),
    approvals: described(approvalsStanding.nullable(), 'who would have to approve'),
    ownerLimits: described(
      z
        .strictObject({
          fits: z.boolean(),
          reason: described(z.string().nullable(), 'why it does not fit'),
        })
        .nullable(),
      'whether it fits into what the owner of its wallets may spend now; null where nothing bounds them',
    ),
  }),
);

export const transactionEvents = named(
  'TransactionEvents',
  z.strictObject({
    data: z.array(z.strictObject({ at: moment, event: z.string(), fact: z.record(z.string(), z.unknown()) })),
  }),
);

const filters = {
  ...paging,
  chain: chain.optional(),
  state: z.enum(states).optional(),
  reference: text.optional(),
};

/** Which requests a list shows. */
export const requestQuery = z.strictObject(filters);
export const transactionQuery = z.strictObject({ ...filters, txId: address.optional() });
