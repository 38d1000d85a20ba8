import type { ChainRegistry } from '../../core/chain/chain.js';
import { CustosError } from '../../core/errors.js';
import type { Policy } from '../../core/policy/policy.js';
import type { PolicyFinding } from '../../policy/statics/check.js';
import { diffPolicies, type PolicyDiff } from '../../policy/statics/diff.js';
import { readAtMost } from '../process/bounded-file.js';
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
  try {
    const bytes = await readAtMost(file, MAX_BYTES);
    if (bytes !== undefined) return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CustosError('FILE_UNREADABLE', `the policy ${file} cannot be read as text`);
  }
  throw new CustosError('POLICY_INVALID', `${file} is too large for a policy`);
}
