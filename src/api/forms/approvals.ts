import { z } from 'zod';
import { requestKinds } from '../../core/store/intake-facts.js';
import { described, moment, named, pageOf } from '../schemas.js';

const names = z.array(z.string());

/** What a policy says now of what is not signed yet. */
export const policyVerdict = named(
  'PolicyVerdict',
  z.strictObject({
    version: z.int(),
    hash: z.string(),
    verdict: described(z.enum(['allow', 'hold', 'deny']), '`hold`: approvals are missing'),
    reasons: described(names, 'one sentence each; empty if it is allowed'),
    rules: described(names, 'ids of the rules that cover, forbid, limit or hold it'),
    charges: described(
      z.array(
        z.strictObject({
          limit: z.string(),
          amount: z.string(),
          used: z.string(),
          max: z.string(),
          fits: described(z.enum(['yes', 'raised', 'awaits', 'no']), '`awaits`: approvals would raise the limit'),
        }),
      ),
      'what it takes of limits',
    ),
  }),
);

/** How far the approvals of something are. */
export const approvalsStanding = named(
  'ApprovalsStanding',
  z.strictObject({
    state: described(
      z.enum(['met', 'missing', 'rejected', 'denied', 'unreadable']),
      '`denied`: the policy does not allow it, whoever approves; `unreadable`: `text` says what is wrong with it',
    ),
    text: described(z.string(), 'in one line'),
    missing: z.array(
      z.strictObject({
        rule: described(z.string().nullable(), 'of the policy; null where everything needs it'),
        demand: described(z.string(), 'such as `2 of treasury`'),
        approved: names,
        open: described(names, 'who can still approve'),
      }),
    ),
    votes: described(
      z.array(z.strictObject({ person: z.string(), decision: z.enum(['approve', 'reject']), expiresAt: moment })),
      'those that count now',
    ),
  }),
);

const notInLists = 'not in lists; null before it is complete, once it is signed, and where there is none';

/** Members of answers about one request. */
export const aboutMembers = {
  policy: described(policyVerdict.nullable().optional(), notInLists),
  approvals: described(approvalsStanding.nullable().optional(), notInLists),
};

/** What policy and persons say, as answers have it. */
export interface About {
  readonly policy: z.input<typeof policyVerdict> | null;
  readonly approvals: z.input<typeof approvalsStanding> | null;
}

const waiting = {
  id: z.string(),
  kind: z.enum(requestKinds),
  chain: z.string(),
  network: z.enum(['mainnet', 'testnet']),
  wallets: z.array(z.uuid()),
  text: described(z.string(), 'what it does, in one sentence'),
  reference: z.string().nullable(),
  createdAt: moment,
  policy: policyVerdict.nullable(),
  approvals: approvalsStanding.nullable(),
};

/** Something that waits for persons. */
export const waitingApproval = named('WaitingApproval', z.strictObject(waiting));
export const waitingPage = pageOf('WaitingApprovalPage', waitingApproval);

/** What a person needs to decide. */
export const approvalRequest = named(
  'ApprovalRequest',
  z.strictObject({
    ...waiting,
    lines: described(z.array(z.string()), 'what to read before deciding'),
    effects: described(z.array(z.looseObject({ op: z.string() })), 'all that it does; amounts in smallest units'),
    request: described(
      z.looseObject({ custosApprovalRequest: z.literal(1) }),
      'what `custos approve --request` takes on the machine of the person, which decodes it again',
    ),
  }),
);

/** What a person needs besides what lists show. */
export type Readable = Pick<z.input<typeof approvalRequest>, 'lines' | 'effects' | 'request'>;

/** What `custos approve --request` and `custos reject --request` print. */
export const decisionForm = named(
  'Decision',
  z.strictObject({
    custosApproval: z.literal(1),
    text: described(z.string().min(1).max(16_384), 'the signed lines'),
    signature: z.string().min(1).max(4096),
  }),
);
export type DecisionForm = z.output<typeof decisionForm>;

const decisionShown = named(
  'DecisionMade',
  z.strictObject({
    person: described(
      z.string().nullable(),
      'null: no person of the constitution in force has the key, or it signed something else',
    ),
    key: described(z.string(), 'the key that signed it'),
    decision: z.enum(['approve', 'reject']),
    at: described(z.iso.datetime(), 'when the store got it'),
    isSpent: described(z.boolean(), 'something was signed with it'),
  }),
);
export const decisionList = named('DecisionsMade', z.strictObject({ data: z.array(decisionShown) }));
export type DecisionShown = z.input<typeof decisionShown>;
