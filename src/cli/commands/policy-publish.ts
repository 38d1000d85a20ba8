import { wholeNumber } from '../../app/config/command-options.js';
import { checkFile, readPolicyFile } from '../../app/policy/file.js';
import { shownFirst, timesOf, versionJson, versionOf } from '../../app/policy/history.js';
import { openPolicies, type PolicyVersionShown, policyHistory, publishPolicy } from '../../app/policy/published.js';
import { diffLines, policyLines } from '../../app/policy/shown-policy.js';
import { agreementOf, readPolicySignature, signPolicy } from '../../app/policy/signed-policy.js';
import { signaturesIn } from '../../app/process/text-files.js';
import { CustosError } from '../../core/errors.js';
import type { Call, Run } from '../spec.js';
import { confirmed, openKey } from './approver.js';

export const sign: Run = async (call) => {
  const { args, options, out } = call;
  const { policy, findings } = await checkFile({ file: args[0] ?? '' }, call.house.chains);
  const before = options.previous === undefined ? undefined : await readPolicyFile(options.previous);
  const { act, diff } = agreementOf(policy, before);
  const store = await storeIdOf(call);
  for (const line of policyLines(policy)) out.note(line);
  for (const { level, what, text } of findings) out.note(`  ${level}: ${what}: ${text}`);
  if (diff !== undefined) for (const line of diffLines(diff)) out.note(line);
  out.note(`For store ${store}.`);
  out.note(
    act === 'widen'
      ? 'Your signature lets it permit more than the version before.'
      : 'Your signature counts only if it permits nothing that is not permitted now.',
  );
  const key = await openKey(call);
  try {
    await confirmed(call, `Sign version ${policy.version} of the policy?`);
    out.line(signPolicy(policy, { store, act, key }));
    return 0;
  } finally {
    key.wipe();
  }
};

export const publish: Run = async (call) => {
  const { args, options, house, out } = call;
  const [file = '', ...files] = args;
  const { policy, findings } = await checkFile({ file }, house.chains);
  const signatures = await signaturesIn(files, (text) => readPolicySignature(text, policy));
  const { delay } = options;
  const journal = await house.journal();
  const { next, diff, act, replaced, unmet } = await openPolicies(await means(call), (parts) =>
    publishPolicy({ ...parts, journal }, policy, { signatures, ...(delay !== undefined && { delay }) }),
  );
  const { effectiveAt, publishedAt } = next;
  for (const { level, what, text } of findings) out.note(`${level}: ${what}: ${text}`);
  if (diff !== undefined) for (const line of diffLines(diff)) out.note(line);
  const { version, hash } = policy;
  for (const text of unmet) out.note(`custos: warning: ${text}`);
  if (replaced !== undefined) out.note(`Version ${replaced.policy.version}, which waited, never comes into force.`);
  if (options.json) out.json({ version, hash, act, ...timesOf(next) });
  out.note(
    effectiveAt <= publishedAt
      ? `Version ${version} of the policy is in force: ${hash}`
      : `Version ${version} of the policy comes into force at ${moment(effectiveAt)}: ${hash}`,
  );
  return 0;
};

export const show: Run = async (call) => {
  const { args, options, out } = call;
  const history = await openPolicies(await means(call), policyHistory);
  const [asked] = args;
  const found = asked === undefined ? shownFirst(history) : versionOf(history, wholeNumber(asked, 'the version'));
  const waiting = history.find(({ standing }) => standing === 'waiting');
  if (options.json) {
    const { policy } = found;
    out.json({ ...versionJson(found), waiting: waiting?.policy.version ?? null, policy: JSON.parse(policy.text) });
    return 0;
  }
  for (const line of policyLines(found.policy)) out.line(line);
  out.line(standingLine(found, history));
  if (waiting !== undefined && waiting !== found) out.line(standingLine(waiting, history));
  return 0;
};

export const history: Run = async (call) => {
  const { options, out } = call;
  const all = await openPolicies(await means(call), policyHistory);
  if (options.json) for (const one of all) out.jsonLine(versionJson(one));
  else {
    const rows = all.map((one) => {
      const { policy, publishedAt, effectiveAt, standing } = one;
      return [String(policy.version), standing, moment(publishedAt), moment(effectiveAt), policy.hash];
    });
    out.table([['VERSION', 'STATE', 'PUBLISHED', 'IN FORCE FROM', 'HASH'], ...rows]);
  }
  return 0;
};

async function means({ house }: Call) {
  return { store: await house.store(), rootKey: await house.rootKey(), clock: house.clock };
}

async function storeIdOf({ house }: Call): Promise<string> {
  const { storeId } = house.config.signer;
  if (storeId !== undefined) return storeId;
  if (await house.exists()) return (await house.store()).storeId;
  throw new CustosError('USAGE', 'name the store that the policy is for with --store-id ID');
}

function standingLine(shown: PolicyVersionShown, history: readonly PolicyVersionShown[]): string {
  const { policy, publishedAt, effectiveAt, standing } = shown;
  const version = `Version ${policy.version}, published at ${moment(publishedAt)},`;
  if (standing === 'waiting') {
    return `${version} waits until ${moment(effectiveAt)}. If another version is published before, it never comes into force.`;
  }
  if (standing === 'in force') return `${version} is in force since ${moment(effectiveAt)}.`;
  const next = history.findLast((one) => one.policy.version > policy.version)?.policy.version ?? policy.version;
  return standing === 'former'
    ? `${version} was in force from ${moment(effectiveAt)} on; a later version is now.`
    : `${version} never came into force: version ${next} was published while it waited.`;
}

function moment(at: number): string {
  return new Date(at).toISOString();
}
