import { randomBytes } from 'node:crypto';
import { type Approval, USUAL_APPROVAL } from '../../core/policy/approval.js';
import type { Person } from '../../core/policy/constitution.js';
import type { Question } from '../../core/signing/judge.js';
import { approvalText } from '../../policy/approval-text.js';
import type { Asked } from '../../policy/approvals.js';
import { intentOf } from '../../policy/intent.js';
import { personKeyText } from '../../policy/persons/key-text.js';
import { feeAtMost } from './decide.js';
import { type ApprovalRequest, requestText } from './request.js';

/** What a service is asked: the request that any approver gets, and the lines that its person's first key would sign. */
export interface ServiceQuestion {
  /** As `custos approval request` prints it, without its line end. */
  readonly request: object;
  readonly lines: Readonly<Record<Approval['decision'], string>>;
}

/** @throws CustosError APPROVAL_INVALID: something in it has no form in signed lines */
export function serviceQuestion(
  question: Question,
  { asked, person, developmentChainId }: { asked: Asked; person: Person; developmentChainId: bigint | undefined },
): ServiceQuestion {
  const { store, pending, chain, network, intent, policy, demands, initiator, now } = asked;
  const [key] = person.keys;
  const common = {
    ...{ store, pending, chain, network, demands },
    ...(policy && { policy }),
    ...(initiator !== undefined && { initiator }),
  };
  const lines = (decision: Approval['decision']): string =>
    approvalText({
      ...common,
      intent,
      effects: intentOf(question.effects).effects,
      feeAtMost: feeAtMost(asked),
      decision,
      notBefore: now,
      expires: now + USUAL_APPROVAL,
      nonce: randomBytes(16).toString('hex'),
      key: key === undefined ? '' : personKeyText(key),
    });
  const { withdrawal, kind } = question.pending;
  const request: ApprovalRequest = {
    ...common,
    completed: question.completed,
    signers: question.signers,
    ...(withdrawal && { withdrawal }),
    ...(kind && { kind }),
    ...(developmentChainId !== undefined && { developmentChainId }),
    names: namesOf(question),
  };
  return { request: JSON.parse(requestText(request)), lines: { approve: lines('approve'), reject: lines('reject') } };
}

function namesOf({ wallets }: Question): Readonly<Record<string, string>> {
  return Object.fromEntries(
    wallets.flatMap(({ address, label }) => (address === undefined || label === undefined ? [] : [[address, label]])),
  );
}
