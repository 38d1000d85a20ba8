import { currentConstitution, openConstitutions } from '../../app/approvals/constitutions.js';
import { type BacktestRow, backtest } from '../../app/policy/backtest.js';
import { draftPolicy } from '../../app/policy/draft.js';
import { explain, explainLines, explainNow } from '../../app/policy/explain.js';
import { checkFile, diffFiles, readPolicyFile } from '../../app/policy/file.js';
import { nextDraft, openPolicies, type PolicyParts, requirePolicy } from '../../app/policy/published.js';
import { CustosError } from '../../core/errors.js';
import { parsePendingId } from '../../core/signing/pending.js';
import { counted } from '../../core/text/counted.js';
import type { Call, Run } from '../spec.js';

export const draft: Run = async ({ house, out }) => {
  const store = await house.store();
  const isPublished = (await store.policies.after(0)).length > 0;
  out.json(isPublished ? await published(house, nextDraft) : await draftPolicy(store, house.chains));
  return 0;
};

export const check: Run = async ({ args, options, house, out }) => {
  const [file = ''] = args;
  const source = file === '-' ? { file: 'standard input', read: () => house.terminal.readInput() } : { file };
  const { policy, findings } = await checkFile(source, house.chains);
  const mistakes = findings.filter(({ level }) => level === 'mistake').length;
  const { version, hash, permits, forbids, limits } = policy;
  const rules = permits.length + forbids.length + limits.length;
  if (options.json) out.json({ version, hash, rules, findings });
  else {
    for (const { level, what, text } of findings) out.line(`${level}  ${what}  ${text}`);
    out.line(`version ${version}, ${counted(rules, 'rule')}, ${counted(mistakes, 'mistake')}, ${hash}`);
  }
  return mistakes === 0 ? 0 : 1;
};

export const explainCommand: Run = async ({ args, options, house, out }) => {
  const [first = ''] = args;
  const { transaction } = options;
  const explained =
    transaction === undefined
      ? await explainPublished(house, first)
      : await explain(await readPolicyFile(first), parsePendingId(transaction), await judging(house));
  if (options.json) out.json(explained.judgement);
  else for (const line of explainLines(explained)) out.line(line);
  out.note(
    transaction === undefined ? 'not known here: who asked for it, and what a four-eye service says.' : NOT_KNOWN,
  );
  return 0;
};

async function explainPublished(house: Call['house'], given: string) {
  // Whoever gives a file forgot to say which transaction it is to judge.
  if (given.includes('.') || given.includes('/')) {
    throw new CustosError('USAGE', 'name the transaction of the journal with --transaction ID');
  }
  const id = parsePendingId(given);
  const policy = await published(house, requirePolicy);
  const enacted = await openConstitutions(await house.store(), await house.rootKey(), currentConstitution);
  return explainNow(id, { ...(await judging(house)), policy, constitution: enacted?.constitution });
}

async function judging(house: Call['house']) {
  return { ...(await decoding(house)), clock: house.clock };
}

export const diff: Run = async ({ args, options, out }) => {
  const found = await diffFiles(args[0] ?? '', args[1] ?? '');
  if (options.json) out.json(found);
  else {
    for (const { effect, what, why } of found.changes) out.line(`${effect}  ${what}  ${why}`);
    out.line(found.effect);
  }
  return 0;
};

export const backtestCommand: Run = async ({ args, options, house, out }) => {
  const [file] = args;
  const policy = file === undefined ? await published(house, requirePolicy) : await readPolicyFile(file);
  const { rows, changed, undecided } = await backtest(policy, await decoding(house), options.limit);
  if (options.json) for (const row of rows) out.jsonLine(row);
  else out.table([['ID', 'CHAIN', 'STATE', 'VERDICT', 'WHY'], ...rows.map(row)]);
  out.note(
    `${counted(rows.length, 'transaction')}; ${changed} that were signed would not have been; ${undecided} cannot be decoded.`,
  );
  out.note(NOT_KNOWN);
  return 0;
};

const NOT_KNOWN =
  'not known here: initiators and approvals. Tags and owners are those of now; budgets count only what this command judged.';

function row({ id, chain, state, verdict, reasons }: BacktestRow): string[] {
  return [id, chain, state, verdict, reasons.join('; ')];
}

async function published<T>(house: Call['house'], work: (parts: PolicyParts) => Promise<T>): Promise<T> {
  return openPolicies({ store: await house.store(), rootKey: await house.rootKey(), clock: house.clock }, work);
}

async function decoding({ config, store, vault, journal, chains }: Call['house']) {
  const { developmentChainIds } = config.daemon;
  return { store: await store(), vault: await vault(), journal: await journal(), chains, developmentChainIds };
}
