import type { Policy } from '../../core/policy/policy.js';
import { readDocument } from './document.js';
import { resolvePolicy } from './resolve.js';

/** Reads a policy from JSON, written in any layout. @throws CustosError POLICY_INVALID, which names the member */
export function readPolicy(text: string): Policy {
  return resolvePolicy(readDocument(text));
}
