import { readFileSync, statSync } from 'node:fs';
import { CustosError } from '../../core/errors.js';
import type { Policy } from '../../core/policy/policy.js';
import { checkPolicy, type PolicyFinding } from '../../policy/statics/check.js';
import { diffPolicies, type PolicyDiff } from '../../policy/statics/diff.js';
import { parsePolicy } from './schema.js';

/** Larger than any policy, in bytes. */
const MAX_BYTES = 16 * 1024 * 1024;

/** @throws CustosError USAGE: the file cannot be read; POLICY_INVALID, with the name of the file */
export function readPolicyFile(file: string): Policy {
  const text = read(file);
  try {
    return parsePolicy(text);
  } catch (error) {
    if (!(error instanceof CustosError)) throw error;
    throw new CustosError(error.code, `${file}: ${error.message}`, { details: error.details, cause: error });
  }
}

/** A policy and what is wrong with it. @param chains - tickers of all chains. @throws as `readPolicyFile` */
export function checkFile(
  file: string,
  chains: readonly string[],
): { readonly policy: Policy; readonly findings: readonly PolicyFinding[] } {
  const policy = readPolicyFile(file);
  return { policy, findings: checkPolicy(policy, chains) };
}

/** @throws as `readPolicyFile` */
export function diffFiles(before: string, after: string): PolicyDiff {
  return diffPolicies(readPolicyFile(before), readPolicyFile(after));
}

function read(file: string): string {
  try {
    if (statSync(file).size <= MAX_BYTES) return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch {
    throw new CustosError('USAGE', `the policy ${file} cannot be read as text`);
  }
  throw new CustosError('POLICY_INVALID', `${file} is too large for a policy`);
}
