import { z } from 'zod';
import { openStates } from '../../core/store/journal.js';
import { described, named } from '../schemas.js';

const count = () => z.int().min(0);
/** Each member has a description of its own. */
const at = () => z.iso.datetime();

const activitySlice = named(
  'ActivitySlice',
  z.strictObject({
    from: described(at(), 'it is a quarter of an hour long'),
    accepted: count(),
    signed: count(),
    held: described(count(), 'how often something began to wait for approvals or a person'),
    denied: count(),
    failed: count(),
    completed: count(),
    signedAfter: described(
      z
        .strictObject({
          half: described(z.int(), 'half took no longer'),
          most: described(z.int(), '95 of 100 took no longer'),
        })
        .nullable(),
      'milliseconds from request to signed bytes, with all waiting; null: nothing was signed',
    ),
  }),
);
export const activity = named('Activity', z.strictObject({ data: z.array(activitySlice) }));
export type ActivitySlice = z.input<typeof activitySlice>;

const chainShown = named(
  'ChainStanding',
  z.strictObject({
    chain: z.string(),
    open: described(
      z.array(z.strictObject({ state: z.enum(openStates), count: count() })),
      'how many transactions have not ended, by state',
    ),
    oldestAt: described(at().nullable(), 'when the oldest of them came'),
    way: described(
      z
        .strictObject({
          polledAt: described(at().nullable(), 'the last poll with an answer'),
          failedPolls: described(count(), 'polls since then'),
          shutAt: described(at().nullable(), 'since when the way to node or cloud is shut after faults'),
        })
        .nullable(),
      'as the process that answers knows it; null: it has not asked there',
    ),
  }),
);
export const chainsShown = named('ChainStandings', z.strictObject({ data: z.array(chainShown) }));
export type ChainShown = z.input<typeof chainShown>;

const budgetShown = named(
  'Budget',
  z.strictObject({
    limit: described(z.string(), 'id of the limit in the policy in force'),
    part: described(z.string().nullable(), '`wallet ID` or `to ADDRESS`, where each has a budget of its own'),
    asset: described(z.string().nullable(), 'null: it counts transactions'),
    used: z.string(),
    max: z.string(),
    since: described(at().nullable(), 'from when on it counts; null: from the beginning'),
    thousandths: described(z.int(), 'so full it is; 1000 is full'),
  }),
);
export const budgetsShown = named('Budgets', z.strictObject({ data: z.array(budgetShown) }));
export type BudgetShown = z.input<typeof budgetShown>;

const finding = named(
  'Finding',
  z.strictObject({
    check: z.string(),
    state: z.enum(['ok', 'warning', 'problem']),
    text: z.string(),
    remedy: z.string().nullable(),
  }),
);
export const findings = named(
  'Findings',
  z.strictObject({ at: described(at(), 'when it was examined'), data: z.array(finding) }),
);
export type FindingsShown = z.input<typeof findings>;
