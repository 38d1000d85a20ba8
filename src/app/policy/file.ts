import type { ChainRegistry } from '../../core/chain/chain.js';
import { CustosError } from '../../core/errors.js';
import type { Policy } from '../../core/policy/policy.js';
import { utf8Text } from '../../core/text/text-bytes.js';
import { readNamedFile } from '../../files/named-file.js';
import { refusedAs } from '../../files/refused.js';
import type { PolicyFinding } from '../../policy/statics/check.js';
import { diffPolicies, type PolicyDiff } from '../../policy/statics/diff.js';
import { policyFindings } from './findings.js';
import { parsePolicy } from './schema.js';

/** Larger than any policy, in bytes. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Where the text of a policy comes from. */
interface PolicySource {
  /** Its name, in errors. */
  readonly file: string;
  /** Absent: it is a file of this name. */
  read?(): Promise<string>;
}

/** @throws CustosError FILE_UNREADABLE; POLICY_INVALID, with the name of the file */
export async function readPolicyFile(file: string): Promise<Policy> {
  return readSource({ file });
}

async function readSource({ file, read = () => readText(file) }: PolicySource): Promise<Policy> {
  const text = await read();
  try {
    return parsePolicy(text);
  } catch (error) {
    if (!(error instanceof CustosError)) throw error;
    throw new CustosError(error.code, `${file}: ${error.message}`, { details: error.details, cause: error });
  }
}

/** A policy and what is wrong with it. @throws as `readPolicyFile` */
export async function checkFile(
  source: PolicySource,
  chains: ChainRegistry,
): Promise<{ readonly policy: Policy; readonly findings: readonly PolicyFinding[] }> {
  const policy = await readSource(source);
  return { policy, findings: policyFindings(policy, chains) };
}

/** @throws as `readPolicyFile` */
export async function diffFiles(before: string, after: string): Promise<PolicyDiff> {
  return diffPolicies(await readPolicyFile(before), await readPolicyFile(after));
}

async function readText(file: string): Promise<string> {
  const { bytes } = await readNamedFile(file, { most: MAX_BYTES }).catch(refusedAs('FILE_UNREADABLE', 'the policy '));
  const text = utf8Text(bytes);
  if (text === undefined) throw new CustosError('FILE_UNREADABLE', `the policy ${file} is not UTF-8 text`);
  return text;
}
