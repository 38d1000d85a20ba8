import { z } from 'zod';
import { hazardKinds } from '../../core/chain/hazards.js';
import { CustosError } from '../../core/errors.js';
import type { Policy } from '../../core/policy/policy.js';
import type { PolicyDocument } from '../../policy/document/document.js';
import { DECIMALS, forms, formWords, MOST } from '../../policy/document/forms.js';
import { listed } from '../../policy/document/mistakes.js';
import { effectOps } from '../../policy/document/ops.js';
import { resolvePolicy } from '../../policy/document/resolve.js';
import { parsePolicyText } from '../../policy/document/text.js';
import { mistakesOf } from './mistakes.js';

const text = (form: RegExp) => z.string().regex(form);
const distinct = <T>(items: z.ZodType<T>) =>
  z.array(items).refine((all) => {
    const texts = all.filter((one) => typeof one === 'string');
    return new Set(texts).size === texts.length;
  }, 'names something twice');
const whole = (least: number, most: number) => z.number().int().min(least).max(most);

const foreign = text(forms.foreign);
const name = text(forms.name);
const oneOrMore = z.union([foreign, distinct(foreign)]);
const amount = text(forms.amount);
const amounts = z.union([amount, z.record(text(forms.asset), amount)]);
const demands = distinct(text(forms.demand)).exactOptional();
const approvalClass = z.enum(['decoded', 'presence', 'legacy']).exactOptional();
const part = z.strictObject({
  at: z.union([whole(0, 255), foreign]),
  is: oneOrMore.exactOptional(),
  max: text(forms.whole).exactOptional(),
});
const most = z.strictObject({ max: whole(1, MOST) }).exactOptional();

const conditions = {
  network: distinct(z.enum(['mainnet', 'testnet'])).exactOptional(),
  chain: distinct(text(forms.chain)).exactOptional(),
  wallets: distinct(text(forms.wallet)).exactOptional(),
  tags: distinct(name).exactOptional(),
  owner: distinct(text(forms.words)).exactOptional(),
  initiator: distinct(text(forms.words)).exactOptional(),
  op: distinct(z.enum(effectOps)).exactOptional(),
  code: distinct(z.enum(hazardKinds)).exactOptional(),
  asset: z.union([text(forms.asset), distinct(text(forms.asset))]).exactOptional(),
  from: oneOrMore.exactOptional(),
  to: oneOrMore.exactOptional(),
  contract: oneOrMore.exactOptional(),
  program: oneOrMore.exactOptional(),
  method: oneOrMore.exactOptional(),
  args: distinct(part).exactOptional(),
  dataPrefix: text(forms.hex).exactOptional(),
  accounts: distinct(part).exactOptional(),
  days: z.union([text(forms.days), distinct(text(forms.days))]).exactOptional(),
  hours: text(forms.hours).exactOptional(),
  shadow: z.boolean().exactOptional(),
};

const permit = z.strictObject({
  id: name,
  ...conditions,
  max: z.union([z.enum(['any', 'unlimited']), amounts]).exactOptional(),
  value: amounts.exactOptional(),
  feeMax: amounts.exactOptional(),
  feeRateMax: amount.exactOptional(),
  outputs: most,
  instructions: most,
  sweep: z.boolean().exactOptional(),
  needs: demands,
  class: approvalClass,
});

const limit = z.strictObject({
  id: name,
  ...conditions,
  per: z.enum(['wallet', 'destination']).exactOptional(),
  rolling: text(forms.length).exactOptional(),
  calendar: z.enum(['day', 'week', 'month']).exactOptional(),
  lifetime: amount.exactOptional(),
  max: amount.exactOptional(),
  count: whole(1, MOST).exactOptional(),
  stepUp: demands,
  class: approvalClass,
});

const entry = z.strictObject({
  address: foreign,
  name: text(forms.words).exactOptional(),
  chain: distinct(text(forms.chain)).exactOptional(),
  since: text(forms.moment).exactOptional(),
});

const schema = z.strictObject({
  custosPolicy: z.literal(1),
  version: whole(1, MOST),
  previous: text(forms.hash).exactOptional(),
  timeZone: text(forms.timeZone),
  assets: z.record(
    text(forms.asset),
    z.strictObject({
      network: z.enum(['mainnet', 'testnet']),
      chain: text(forms.chain),
      decimals: whole(0, DECIMALS),
      token: foreign.exactOptional(),
    }),
  ),
  books: z.record(name, z.strictObject({ entries: distinct(entry), coolDown: text(forms.length).exactOptional() })),
  groups: z.record(text(forms.group), distinct(text(forms.group))),
  permits: distinct(permit),
  forbids: distinct(z.strictObject({ id: name, ...conditions })),
  limits: distinct(limit),
});

/**
 * Reads a policy that a person wrote, with every mistake of form in one message. It takes exactly the texts that `readPolicy` takes.
 * @throws CustosError POLICY_INVALID; `details.problems` lists the mistakes
 */
export function parsePolicy(given: string): Policy {
  const value = parsePolicyText(given);
  const result = schema.safeParse(value);
  if (result.success) {
    const document: PolicyDocument = result.data;
    return resolvePolicy(document);
  }
  const problems = mistakesOf(result.error.issues, value, { what: 'the policy', formWords });
  throw new CustosError('POLICY_INVALID', `the policy cannot be read: ${listed(problems)}`, { details: { problems } });
}
