import { CustosError } from '../../core/errors.js';
import { isObject } from '../../core/json.js';
import type { Distrust, HoldCause, Judge, Verdict } from '../../core/signing/judge.js';

const causes: readonly HoldCause[] = ['silent', 'undecided', 'invalid'];
const distrusts: readonly Distrust[] = ['digest', 'nonce', 'signature', 'time', 'unsigned'];

/**
 * Makes a judge of the embedding program safe to call: a throw is a no, and an invalid verdict holds the transaction. Errors with
 * a code mean the same as from any judge.
 */
export function guardJudge(judge: Judge): Judge {
  const { name } = judge;
  return {
    name,
    async decide(question): Promise<Verdict> {
      try {
        return readVerdict(name, await judge.decide(question));
      } catch (thrown) {
        if (thrown instanceof CustosError) throw thrown;
        // Its message may quote anything.
        const kind = thrown instanceof Error ? thrown.name : typeof thrown;
        return { kind: 'deny', rule: name, reason: `the judge threw ${kind}` };
      }
    },
  };
}

function readVerdict(name: string, value: unknown): Verdict {
  const { kind, rule = name, reason = 'no reason is given', because, distrust } = isObject(value) ? value : {};
  if (kind === 'allow') return { kind };
  if (typeof rule === 'string' && typeof reason === 'string') {
    if (kind === 'deny') return { kind, rule, reason };
    const cause = causes.find((one) => one === because);
    const wrong = distrusts.find((one) => one === distrust);
    if (kind === 'hold' && cause !== undefined) {
      return { kind, rule, reason, because: cause, ...(wrong && { distrust: wrong }) };
    }
  }
  return { kind: 'hold', rule: name, reason: 'what the judge returned is not a verdict', because: 'invalid' };
}
