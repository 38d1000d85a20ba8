import { createApprover, type FourEyeService } from '../../src/cloud/four-eye-client.js';
import type { Summary } from '../../src/core/chain/summary.js';
import { digestOf } from '../../src/core/signing/digest.js';
import type { Judge, Question } from '../../src/core/signing/judge.js';
import type { PendingTransaction } from '../../src/core/signing/pending.js';
import { fourEyeJudge } from '../../src/policy/four-eye.js';

/** The four-eye check as a daemon has it: the service is asked, and its answer read; a secret signs both. */
export function makeFourEye(service: FourEyeService): Judge {
  const { method, clock, secret } = service;
  return fourEyeJudge(createApprover(service), { method, clock, ...(secret && { secret }) });
}

/** The question about a pending transaction that is complete already. The four-eye service is asked about its summary. */
export function questionAbout(pending: PendingTransaction, summary: Summary, completed = pending.serialized): Question {
  const { chain, network } = pending;
  const digest = digestOf(completed);
  const decoded = { completed, digest, summary, effects: [], signedBy: [], attempt: '0' };
  return { pending, chain, network, wallets: [], signers: [], sender: summary.from ?? '', ...decoded };
}
