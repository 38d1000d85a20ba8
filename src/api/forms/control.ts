import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { isObject } from '../../core/json.js';
import { readScope } from '../../policy/freeze-text.js';
import { parsePersonKey } from '../../policy/persons/key.js';
import { described, moment, named, pageOf, parsedBy } from '../schemas.js';

const hash = described(z.string(), '`sha256:` and hexadecimal digits');

/** What stops signing, and why. */
export const freezeForm = named(
  'FreezeRequest',
  z.strictObject({
    scope: described(parsedBy(readScope), '`all`, `chain TICKER`, `tag NAME` or `wallet ID`'),
    reason: described(z.string().min(1).max(200), 'for people'),
  }),
);

export const freeze = named(
  'Freeze',
  z.strictObject({
    id: z.string(),
    scope: z.string(),
    reason: z.string(),
    state: described(
      z.enum(['active', 'unverified', 'ended']),
      '`unverified`: a person signed it, and no daemon has verified that yet',
    ),
    at: described(z.int(), 'milliseconds since 1970'),
    by: described(z.string().optional(), 'the key of who signed it'),
    person: described(z.string().optional(), 'who asked for it, logged in to the console'),
    endedAt: z.int().optional(),
    text: described(z.string(), 'its lines; the whole answer is what `custos unfreeze --request` takes'),
  }),
);
export const freezePage = pageOf('FreezePage', freeze);
export type FreezeShown = z.input<typeof freeze>;

/** A page may show them to a person, whose passkey then signs them. */
export const linesToSign = named(
  'LinesToSign',
  z.strictObject({ text: described(z.string(), 'ASCII, to the last line end') }),
);
export const keyQuery = z.strictObject({
  key: described(
    parsedBy((text) => {
      if (parsePersonKey(text) === undefined) throw new CustosError('CONSTITUTION_INVALID', 'is no key of a person');
      return text;
    }, z.string().max(400)),
    'as the constitution has it',
  ),
});

export const policyLines = named(
  'PolicyLines',
  z.strictObject({
    act: described(z.enum(['widen', 'narrow']), 'as which it is signed'),
    hash,
    text: described(z.string(), 'ASCII, to the last line end'),
  }),
);

const signer = {
  key: described(z.string().max(400), 'the key that signed it'),
  signature: z.string().max(4096),
};
/** More than any quorum has persons with keys. */
const MOST_SIGNATURES = 64;

const unfreezeSignature = named(
  'UnfreezeSignature',
  z.strictObject({ custosUnfreeze: z.literal(1), freeze: described(z.string().max(64), 'its id'), ...signer }),
);
export const unfreezeForm = named(
  'FreezeEndRequest',
  z.strictObject({
    signatures: described(
      z.array(unfreezeSignature).min(1).max(MOST_SIGNATURES),
      'what `custos unfreeze --request` prints',
    ),
  }),
);
export type UnfreezeSignature = z.output<typeof unfreezeSignature>;

const version = {
  version: z.int(),
  hash,
  state: described(
    z.enum(['in force', 'waiting', 'former', 'replaced']),
    '`replaced`: a higher version came while it waited',
  ),
  publishedAt: moment,
  effectiveAt: moment,
  signedBy: described(z.array(z.string()), 'keys'),
};
export const policyVersion = named('PolicyVersion', z.strictObject(version));
export const policyVersions = named('PolicyVersions', z.strictObject({ data: z.array(policyVersion) }));
export const policyShown = named(
  'Policy',
  z.strictObject({
    ...version,
    lines: described(z.array(z.string()), 'everything that it says, for reading'),
    policy: described(z.record(z.string(), z.unknown()), 'as it was published'),
  }),
);
export type PolicyVersionForm = z.input<typeof policyVersion>;
export type PolicyForm = z.input<typeof policyShown>;

/** A policy passes as it is: what a form left out of it would be checked by nobody. */
const draft = described(z.unknown().refine(isObject, 'must be an object'), 'as policy.md says');
export const draftForm = named('PolicyDraft', z.strictObject({ policy: draft }));
export const draftChecked = named(
  'PolicyCheck',
  z.strictObject({
    version: z.int(),
    hash,
    lines: described(z.array(z.string()), 'everything that it says, for reading'),
    findings: z.array(z.strictObject({ level: z.enum(['mistake', 'note']), what: z.string(), text: z.string() })),
  }),
);
export type DraftChecked = z.input<typeof draftChecked>;

const effect = z.enum(['widens', 'narrows', 'same']);
export const draftDiff = named(
  'PolicyDiff',
  z.strictObject({
    from: described(z.int(), 'the version that it is compared with'),
    effect: described(effect, '`widens`: it permits something more, and takes the higher quorum'),
    changes: z.array(z.strictObject({ effect, what: z.string(), why: z.string() })),
  }),
);
export type DraftDiff = z.input<typeof draftDiff>;

const policySignature = named(
  'PolicySignature',
  z.strictObject({
    custosSignature: z.literal(1),
    act: z.enum(['widen', 'narrow']),
    hash: z.string().max(100),
    ...signer,
  }),
);
export type PolicySignature = z.output<typeof policySignature>;
export const publishForm = named(
  'PolicyPublication',
  z.strictObject({
    policy: draft,
    signatures: described(z.array(policySignature).min(1).max(MOST_SIGNATURES), 'what `custos policy sign` prints'),
    delay: described(
      z.int().min(1).max(8760).optional(),
      'hours that it waits, if it widens; 24 by default, and at least',
    ),
  }),
);

export const backtested = named(
  'PolicyBacktest',
  z.strictObject({
    judged: described(z.int(), 'transactions of all tenants'),
    changed: described(z.int(), 'those that were signed, and would not have been'),
    undecided: described(z.int(), 'those that cannot be decoded now'),
    data: described(
      z.array(
        z.strictObject({
          id: z.string(),
          chain: z.string(),
          state: z.string(),
          createdAt: moment,
          verdict: z.enum(['allow', 'hold', 'deny', 'unknown']),
          reasons: z.array(z.string()),
        }),
      ),
      'those of the caller, the oldest first; approvals and initiators are not known here',
    ),
  }),
);
export type Backtested = z.input<typeof backtested>;
