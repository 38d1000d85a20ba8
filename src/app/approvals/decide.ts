import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { AssetAmount } from '../../core/chain/summary.js';
import { CustosError } from '../../core/errors.js';
import { parseJson } from '../../core/json.js';
import { type Approval, LONGEST_APPROVAL, type SignedApproval, USUAL_APPROVAL } from '../../core/policy/approval.js';
import { approvalText } from '../../policy/approval-text.js';
import type { ApproverKey } from './key-file.js';
import type { ApprovalRequest, DecodedRequest } from './request.js';

const answerForm = z.strictObject({ custosApproval: z.literal(1), text: z.string(), signature: z.string() });

/** How a person decides about a request. */
export interface Decision {
  readonly decision: Approval['decision'];
  readonly now: number;
  /** For how long it holds, in milliseconds; 1 hour unless it is said. */
  readonly validFor?: number;
}

/** The highest fee that an approval lets pass: nodes may ask for more while people think. */
export function feeAtMost({ fee }: Pick<DecodedRequest, 'fee'>): AssetAmount {
  return { asset: fee.asset, amount: fee.amount * 2n };
}

/** What is decided about, and with which key. */
interface Deciding<K> {
  readonly request: ApprovalRequest;
  readonly decoded: DecodedRequest;
  readonly key: K;
}

/** Signs the decision about a decoded request. @throws CustosError APPROVAL_INVALID */
export function signDecision({ key, ...of }: Deciding<ApproverKey>, decision: Decision): SignedApproval {
  const text = decisionText({ ...of, key: key.text }, decision);
  return { text, signature: key.sign(text) };
}

/** The lines that a key signs. @throws CustosError APPROVAL_INVALID */
export function decisionText(
  { request, decoded, key }: Deciding<string>,
  { decision, now, validFor = USUAL_APPROVAL }: Decision,
): string {
  const { store, pending, chain, network, policy, demands, initiator } = request;
  if (validFor > LONGEST_APPROVAL)
    throw new CustosError('USAGE', '--valid-for takes at most 1440 minutes: an approval holds for at most 24 hours');
  return approvalText({
    store,
    pending,
    chain,
    network,
    intent: decoded.intent,
    effects: decoded.effects,
    feeAtMost: feeAtMost(decoded),
    ...(policy && { policy }),
    demands,
    ...(initiator !== undefined && { initiator }),
    decision,
    notBefore: now,
    expires: now + validFor,
    nonce: randomBytes(16).toString('hex'),
    key,
  });
}

/** What an approver sends back. @returns JSON of one line */
export function answerText({ text, signature }: SignedApproval): string {
  return JSON.stringify({ custosApproval: 1, text, signature });
}

/** @throws CustosError APPROVAL_INVALID */
export function readAnswer(json: string): SignedApproval {
  const invalid = () => new CustosError('APPROVAL_INVALID', 'the answer is not as `custos approve` writes it');
  const parsed = answerForm.safeParse(parseJson(json, invalid));
  if (!parsed.success) throw invalid();
  return { text: parsed.data.text, signature: parsed.data.signature };
}
