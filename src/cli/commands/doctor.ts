import { examine } from '../../app/doctor/doctor.js';
import type { Finding } from '../../app/doctor/finding.js';
import { logFindings } from '../../app/doctor/log-findings.js';
import { readLines } from '../../app/doctor/log-lines.js';
import { type LogSummary, summarizeLog } from '../../app/doctor/log-summary.js';
import type { Output } from '../output.js';
import type { Call, Run } from '../spec.js';

/** Shows what is wrong and how to fix it. Exit 1 on a problem; a warning does not count. */
export const doctor: Run = async ({ options, house, out }) => {
  if (options.log !== undefined) return examineLog(options.log, options, out);
  const { config, chains, clock, log, store, opened: unlock } = house;
  const findings = await examine({ config, chains, clock, log, store, unlock });
  if (options.json) out.json(findings);
  else show(findings, out);
  return exitCode(findings);
};

async function examineLog(path: string, { json }: Pick<Call['options'], 'json'>, out: Output): Promise<0 | 1> {
  const summary = await summarizeLog(readLines(path));
  const findings = logFindings(summary);
  if (json) out.json({ ...summary, findings });
  else {
    showChains(summary, out);
    show(findings, out);
  }
  return exitCode(findings);
}

function showChains({ chains }: LogSummary, out: Output): void {
  const all = Object.entries(chains);
  if (all.length === 0) return;
  out.table([
    ['CHAIN', 'COMPLETED', 'POSTPONED', 'HELD', 'DENIED', 'FAILED', 'REFUSED', 'POLLS FAILED', 'SLOW POLLS'],
    ...all.map(([chain, of]) => [
      chain,
      ...[of.completed, of.postponed, of.held, of.denied, of.failed, of.refused, of.pollsFailed, of.slowPolls].map(
        String,
      ),
    ]),
  ]);
  out.line('');
}

function show(findings: readonly Finding[], out: Output): void {
  out.table(findings.map(({ check, state, text }) => [state.toUpperCase(), check, text]));
  for (const { check, remedy } of findings) if (remedy !== undefined) out.line(`remedy for ${check}: ${remedy}`);
}

function exitCode(findings: readonly Finding[]): 0 | 1 {
  return findings.some(({ state }) => state === 'problem') ? 1 : 0;
}
