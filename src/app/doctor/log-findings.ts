import { errorKinds } from '../../core/errors.js';
import type { Finding } from './finding.js';
import type { ChainLines, LogSummary } from './log-summary.js';

/** Most codes that are shown with their remedies. */
const CODES = 10;
/** How often signer processes may end in one log before it counts as a problem. */
const SIGNERS = 3;

/** Findings in a log, each with a remedy. */
export function logFindings(summary: LogSummary): readonly Finding[] {
  if (summary.lines === 0) {
    const remedy = errorKinds.LOG_UNREADABLE.hint;
    return [{ check: 'log', state: 'problem', text: 'it has no line of a daemon', remedy }];
  }
  return [
    spanFinding(summary),
    ...summary.stuck.map(({ id, chain, tries, code, remedy }): Finding => {
      const why = code === undefined ? '' : `, last for ${code}`;
      return { check: 'stuck', state: 'problem', text: `${id} (${chain}) was put off ${tries} times${why}`, remedy };
    }),
    ...Object.entries(summary.chains).flatMap(([chain, lines]) => chainFindings(chain, lines)),
    ...signerFinding(summary),
    ...summary.errors.slice(0, CODES).map(({ code, count, hint }): Finding => {
      return { check: 'errors', state: 'warning', text: `${code}: ${count} lines`, remedy: hint };
    }),
    ...forgottenFinding(summary),
  ];
}

function spanFinding({ lines, skipped, from, to, daemonsStarted }: LogSummary): Finding {
  const span = from === undefined ? '' : `, ${from} to ${to}`;
  const other = skipped === 0 ? '' : `, ${skipped} other lines skipped`;
  return { check: 'log', state: 'ok', text: `${lines} lines${span}${other}; ${daemonsStarted} daemons started` };
}

function chainFindings(chain: string, lines: ChainLines): Finding[] {
  const found: Finding[] = [];
  const warn = (count: number, text: string, remedy: string) => {
    if (count > 0) found.push({ check: `chain ${chain}`, state: 'warning', text: `${count} ${text}`, remedy });
  };
  const list = '`custos transaction list --state denied,failed` shows them; mend the cause, then retry each';
  warn(lines.failed, 'transactions failed', list);
  warn(lines.denied, 'transactions were denied', list);
  warn(lines.reverted, 'transactions reverted in the chain', 'check the contract that they call; the fee was paid');
  warn(lines.refused, 'pending transactions were refused', 'ask the application what it submits; their codes say why');
  warn(lines.pollsFailed, 'polls failed', 'look at the codes; if it lasts, check cloud, key and network');
  const slowest = `polls took long, one ${(lines.slowestPoll / 1000).toFixed(1)} seconds`;
  warn(lines.slowPolls, slowest, 'check the connection to the cloud and the load of this machine');
  warn(lines.breakerOpenings, 'times the way was shut after faults', 'check the node of this chain, or take another');
  return found;
}

function signerFinding({ signersEnded }: LogSummary): Finding[] {
  if (signersEnded === 0) return [];
  const state = signersEnded >= SIGNERS ? 'problem' : 'warning';
  const remedy = 'check memory limits and what kills processes; a signer needs about 150 MiB';
  return [{ check: 'signer', state, text: `signer processes ended ${signersEnded} times`, remedy }];
}

function forgottenFinding({ forgotten }: LogSummary): Finding[] {
  if (forgotten === 0) return [];
  const text = `${forgotten} waiting transactions were too many to be followed`;
  return [{ check: 'log', state: 'warning', text, remedy: 'give a shorter part of the log' }];
}
