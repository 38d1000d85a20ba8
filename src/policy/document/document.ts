import { hazardKinds } from '../../core/chain/hazards.js';
import { approvalClasses } from '../../core/policy/policy.js';
import { DECIMALS, forms, MOST } from './forms.js';
import { effectOps } from './ops.js';
import { either, list, map, object, oneOf, type Shape, textOf, truth, whole } from './shape.js';
import { parsePolicyText } from './text.js';

/** A policy as it is written, checked for form. */
export type PolicyDocument = ReturnType<typeof document>;
export type ConditionsDocument = ReturnType<typeof forbid>;
export type PermitDocument = ReturnType<typeof permit>;
export type LimitDocument = ReturnType<typeof limit>;
export type PartDocument = ReturnType<typeof part>;
export type TargetDocument = ReturnType<typeof target>;

const isText = (value: unknown) => typeof value === 'string';
const foreign = textOf(forms.foreign);
const name = textOf(forms.name);
const words = list(textOf(forms.words));
const demands = list(textOf(forms.demand));
/** An address, contract or program, `any`, `self`, `own`, or `book:NAME`; or a list of them. */
const target = either(isText, foreign, list(foreign));
const approvalClass = oneOf(approvalClasses);

/** Amounts by asset. A single amount is for a rule that can only mean one asset. */
const amounts = either(isText, textOf(forms.amount), map(forms.asset, textOf(forms.amount)));
/** `any` and `unlimited` need no asset. */
const ceiling = either((value) => value === 'any' || value === 'unlimited', oneOf(['any', 'unlimited']), amounts);

const place: Shape<number | string> = either((value) => typeof value === 'number', whole(0, 255), foreign);
const part = object({ at: place }, { is: target, max: textOf(forms.whole) });
const most = object({ max: whole(1, MOST) }, {});

const conditions = {
  network: list(oneOf(['mainnet', 'testnet'])),
  chain: list(textOf(forms.chain)),
  wallets: list(textOf(forms.wallet)),
  tags: list(name),
  owner: words,
  initiator: words,
  op: list(oneOf(effectOps)),
  code: list(oneOf(hazardKinds)),
  asset: either(isText, textOf(forms.asset), list(textOf(forms.asset))),
  from: target,
  to: target,
  contract: target,
  program: target,
  method: either(isText, foreign, list(foreign)),
  args: list(part),
  dataPrefix: textOf(forms.hex),
  accounts: list(part),
  days: either(isText, textOf(forms.days), list(textOf(forms.days))),
  hours: textOf(forms.hours),
  shadow: truth,
};

const permit = object(
  { id: name },
  {
    ...conditions,
    max: ceiling,
    value: amounts,
    feeMax: amounts,
    feeRateMax: textOf(forms.amount),
    outputs: most,
    instructions: most,
    sweep: truth,
    needs: demands,
    class: approvalClass,
  },
);

const forbid = object({ id: name }, conditions);

const limit = object(
  { id: name },
  {
    ...conditions,
    per: oneOf(['wallet', 'destination']),
    rolling: textOf(forms.length),
    calendar: oneOf(['day', 'week', 'month']),
    /** The amount itself: a lifetime has no other ceiling. */
    lifetime: textOf(forms.amount),
    max: textOf(forms.amount),
    count: whole(1, MOST),
    stepUp: demands,
    class: approvalClass,
  },
);

const entry = object(
  { address: foreign },
  { name: textOf(forms.words), chain: list(textOf(forms.chain)), since: textOf(forms.moment) },
);

const document = object(
  {
    custosPolicy: whole(1, 1),
    version: whole(1, MOST),
    timeZone: textOf(forms.timeZone),
    assets: map(
      forms.asset,
      object(
        { network: oneOf(['mainnet', 'testnet']), chain: textOf(forms.chain), decimals: whole(0, DECIMALS) },
        { token: foreign },
      ),
    ),
    books: map(forms.name, object({ entries: list(entry) }, { coolDown: textOf(forms.length) })),
    groups: map(forms.group, list(textOf(forms.group))),
    permits: list(permit),
    forbids: list(forbid),
    limits: list(limit),
  },
  { previous: textOf(forms.hash) },
);

/** Reads the form of a policy, without a dependency. @throws CustosError POLICY_INVALID, which names the member */
export function readDocument(text: string): PolicyDocument {
  return document(parsePolicyText(text), '');
}
