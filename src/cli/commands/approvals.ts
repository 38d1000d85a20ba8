import {
  type ApprovalParts,
  findStanding,
  listStandings,
  makeRequest,
  requestFor,
  submitApproval,
} from '../../app/approvals/asked.js';
import { answerText, feeAtMost, readAnswer, signDecision } from '../../app/approvals/decide.js';
import type { ApproverKey } from '../../app/approvals/key-file.js';
import { approvalParts } from '../../app/approvals/parts.js';
import { type ApprovalRequest, decodeRequest, readRequest, requestText } from '../../app/approvals/request.js';
import { amountText, requestLines, standingJson } from '../../app/approvals/shown-request.js';
import { textIn } from '../../app/process/text-files.js';
import { CustosError } from '../../core/errors.js';
import type { Approval, SignedApproval } from '../../core/policy/approval.js';
import { parsePendingId } from '../../core/signing/pending.js';
import type { Call, Run } from '../spec.js';
import { confirmed, openKey } from './approver.js';

const MINUTE = 60_000;

export const list: Run = async (call) => {
  const { options, out } = call;
  const waiting = await listStandings(await openParts(call), options.limit);
  if (options.json) {
    for (const { id, found } of waiting) {
      const isKnown = !(found instanceof CustosError);
      const known = isKnown ? standingJson(found) : { error: { code: found.code, message: found.message } };
      out.jsonLine({ id, ...known });
    }
    return 0;
  }
  const rows = waiting.map(({ id, found }) =>
    found instanceof CustosError
      ? [id, found.code, found.message]
      : [id, found.standing.text, found.decoded.summary.text],
  );
  out.table([['ID', 'APPROVALS', 'WHAT'], ...rows]);
  return 0;
};

export const request: Run = async (call) => {
  const parts = await openParts(call);
  call.out.line(requestText(await makeRequest(parts, parsePendingId(call.args[0]))));
  return 0;
};

export const submit: Run = async (call) => {
  const { args, house } = call;
  const text = args[0] === '-' ? await house.terminal.readInput() : await textIn(args[0]);
  return take(call, readAnswer(text));
};

export const approve: Run = (call) => decide(call, 'approve');
export const reject: Run = (call) => decide(call, 'reject');

/** With an id at the store itself, or with `--request` on a machine of the approver's own. */
async function decide(call: Call, decision: Approval['decision']): Promise<0 | 1> {
  const { args, options, out } = call;
  const [id] = args;
  if ((id === undefined) === (options.request === undefined)) {
    throw new CustosError('USAGE', `${decision} takes an id, or a file with --request`);
  }
  const asked = id === undefined ? readRequest(await textIn(options.request)) : undefined;
  // A wrong key is found before anything else is shown or asked.
  const key = await openKey(call);
  try {
    if (asked !== undefined) {
      out.line(answerText(await signed(call, { asked, key }, decision)));
      return 0;
    }
    const request = await requestFor(await openParts(call), key.text, parsePendingId(id));
    return await take(call, await signed(call, { asked: request, key }, decision));
  } finally {
    key.wipe();
  }
}

interface Deciding {
  readonly asked: ApprovalRequest;
  readonly key: ApproverKey;
}

async function signed(call: Call, { asked, key }: Deciding, decision: Approval['decision']): Promise<SignedApproval> {
  const { house, options, out } = call;
  const chain = house.chains.get(asked.chain);
  const decoded = decodeRequest(house.chains, asked);
  for (const line of requestLines(asked, decoded, chain)) out.note(line);
  out.note(
    decision === 'approve'
      ? `Your signature lets a fee of at most ${amountText(feeAtMost(decoded), chain)} pass, for ${options.validFor} minutes.`
      : 'Your signature ends this transaction for good, whatever others approve.',
  );
  await confirmed(call, decision === 'approve' ? 'Approve it?' : 'Reject it for good?');
  return signDecision(
    { request: asked, decoded, key },
    { decision, now: house.clock.now(), validFor: options.validFor * MINUTE },
  );
}

async function take(call: Call, answer: SignedApproval): Promise<0> {
  const parts = await openParts(call);
  const { approval, person } = await submitApproval(parts, answer);
  const did = approval.decision === 'approve' ? 'approved' : 'rejected';
  call.out.note(`${person.name} ${did} transaction ${approval.pending}.`);
  if (approval.decision === 'reject') return 0;
  call.out.note((await findStanding(parts, approval.pending)).standing.text);
  return 0;
}

/** What approvals are asked for and taken with. @throws CustosError CONFIG_INVALID: nothing says which approvals are needed; CONSTITUTION_MISSING */
async function openParts(call: Call): Promise<ApprovalParts> {
  const parts = await approvalParts(call.house);
  if (parts !== undefined) return parts;
  throw new CustosError(
    'CONFIG_INVALID',
    'nothing says which approvals are needed: give --needs as the daemon has it, or publish a policy',
  );
}
