import type { ApprovalsService } from '../../api/control-parts.js';
import type { About, DecisionForm, Readable } from '../../api/forms/approvals.js';
import type { Effect } from '../../core/chain/effect.js';
import { asCustosError, CustosError, isWorthWaiting } from '../../core/errors.js';
import type { SignedApproval } from '../../core/policy/approval.js';
import type { Constitution } from '../../core/policy/constitution.js';
import type { Judgement } from '../../core/policy/judgement.js';
import type { Policy } from '../../core/policy/policy.js';
import type { JournalEntry } from '../../core/store/journal.js';
import { readApprovalText } from '../../policy/approval-text.js';
import { verifyApproval } from '../../policy/approvals.js';
import { chargeTexts } from '../../policy/judging/reasons.js';
import { type AboutEntry, type AboutParts, aboutEntry } from '../approvals/about.js';
import { type ApprovalParts, makeRequest, requestFor, submitApproval } from '../approvals/asked.js';
import { decisionText } from '../approvals/decide.js';
import { decodeRequest, requestText } from '../approvals/request.js';
import { requestLines } from '../approvals/shown-request.js';
import type { JudgeableEntry } from '../policy/judge-entry.js';

/** Approvals as the API shows and takes them. @param now - reads what is in force */
export function servedApprovals(now: () => Promise<AboutParts>): ApprovalsService {
  return {
    async about(entry) {
      const parts = await now();
      const { policy, demands } = parts;
      if (policy === undefined && demands.length === 0) return { policy: null, approvals: null };
      return shownAbout(parts, entry);
    },
    async readable({ id }) {
      const parts = withConstitution(await now());
      const request = await makeRequest(parts, id);
      const decoded = decodeRequest(parts.chains, request);
      return {
        lines: [...requestLines(request, decoded, parts.chains.get(request.chain))],
        effects: decoded.all.map(effectJson),
        request: JSON.parse(requestText(request)) as Readable['request'],
      };
    },
    async lines({ id }, { key, decision }) {
      const parts = withConstitution(await now());
      const request = await requestFor(parts, key, id);
      const decoded = decodeRequest(parts.chains, request);
      return decisionText({ request, decoded, key }, { decision, now: parts.clock.now() });
    },
    async decisions({ id }) {
      const { constitution, store } = await now();
      return (await store.approvals.of(id)).map(({ text, signature, at, spentFor }) => {
        const { key, decision } = readApprovalText(text);
        const person = constitution && signerName(constitution, { text, signature });
        return {
          person: person ?? null,
          key,
          decision,
          at: new Date(at).toISOString(),
          isSpent: spentFor !== undefined,
        };
      });
    },
    async decide(entry, { text, signature }) {
      requireAbout(entry, text);
      await submitApproval(withConstitution(await now()), { text, signature });
    },
  };
}

/** @returns undefined where the signature is of nobody in the constitution, or does not fit */
function signerName(constitution: Constitution, signed: SignedApproval): string | undefined {
  try {
    return verifyApproval(constitution, signed).person.name;
  } catch (error) {
    if (error instanceof CustosError && error.code === 'APPROVAL_SIGNATURE') return undefined;
    throw error;
  }
}

async function shownAbout(parts: AboutParts, entry: JudgeableEntry): Promise<About> {
  try {
    return aboutJson(await aboutEntry(parts, entry), parts.policy);
  } catch (thrown) {
    // What cannot be judged is no reason to hide the rest of it. A store that is away is another matter.
    const { code, message } = asCustosError(thrown);
    if (code === 'INTERNAL' || isWorthWaiting(thrown)) throw thrown;
    const approvals = { state: 'unreadable', text: `${code}: ${message}`, missing: [], votes: [] } as const;
    return { policy: null, approvals: { ...approvals, missing: [], votes: [] } };
  }
}

function aboutJson({ judged, standing, votes }: AboutEntry, policy: Policy | undefined): About {
  const { kind, text, missing } = standing;
  return {
    policy: judged && policy ? verdictJson(judged.judgement, policy) : null,
    approvals: {
      state: kind,
      text,
      missing: missing.map(({ rule = null, demand, approved, open }) => ({
        ...{ rule, demand },
        approved: [...approved],
        open: [...open],
      })),
      votes: votes.map(({ approval: { decision, expires }, person }) => ({
        ...{ person: person.name, decision },
        expiresAt: new Date(expires).toISOString(),
      })),
    },
  };
}

function verdictJson(judgement: Judgement, policy: Policy): NonNullable<About['policy']> {
  const { verdict, reasons, effects, forbidden, charges, unbounded, missing } = judgement;
  const rules = [
    ...effects.flatMap(({ by }) => by),
    ...forbidden,
    ...[...charges, ...unbounded].map(({ limit }) => limit),
    ...missing.map(({ rule }) => rule),
  ];
  return {
    ...{ version: policy.version, hash: policy.hash, verdict },
    reasons: [...reasons],
    rules: [...new Set(rules)],
    charges: charges.map((charge) => {
      const { amount, used, max } = chargeTexts(charge, policy);
      return { limit: charge.limit, amount, used, max, fits: charge.fits };
    }),
  };
}

function effectJson(effect: Effect): Readable['effects'][number] {
  const text = JSON.stringify(effect, (_, value) => (typeof value === 'bigint' ? value.toString() : value));
  return JSON.parse(text) as Readable['effects'][number];
}

/** @throws CustosError CONSTITUTION_MISSING */
function withConstitution(parts: AboutParts): ApprovalParts {
  const { constitution } = parts;
  if (constitution === undefined) throw new CustosError('CONSTITUTION_MISSING', 'the store has no constitution');
  return { ...parts, constitution };
}

/** An answer belongs under its own path: another one may be of another tenant. @throws CustosError APPROVAL_INVALID, APPROVAL_CHANGED */
function requireAbout({ id }: Pick<JournalEntry, 'id'>, text: DecisionForm['text']): void {
  if (readApprovalText(text).pending === id) return;
  throw new CustosError('APPROVAL_CHANGED', 'the approval does not fit: it is for another transaction');
}
