import { ownerForm, parseChainId, parseOwnerId, parseTenantId } from '../../core/ids.js';
import type { CreateRequest } from '../../core/signing/create.js';
import { forms } from '../../policy/document/forms.js';
import { foreign, listOf, membersOf, networkOf, textOf } from './members.js';

const MOST_TAGS = 64;
/** Characters that can be seen, and blanks: what shows a label need not fear it. */
const labelForm = new RegExp(ownerForm.source.replace('128', '200'), 'u');

/** Reads a question for a new wallet as if from an enemy. @throws CustosError SIGNER_PROTOCOL, and what parsing ids throws */
export function parseCreate(value: unknown): CreateRequest {
  const request = membersOf(value);
  const kind = request('kind');
  if (kind !== 'hd' && kind !== 'key') throw foreign();
  const [owner, slot, tags, label, requireUserToken] = [
    request('owner'),
    request('slot'),
    request('tags'),
    request('label'),
    request('requireUserToken'),
  ];
  if (requireUserToken !== undefined && typeof requireUserToken !== 'boolean') throw foreign();
  return {
    chain: parseChainId(request('chain')),
    network: networkOf(request('network')),
    kind,
    tenant: parseTenantId(request('tenant')),
    ...(owner !== undefined && { owner: parseOwnerId(owner) }),
    ...(slot !== undefined && { slot: textOf(slot, forms.name) }),
    ...(tags !== undefined && { tags: listOf(tags, MOST_TAGS, (tag) => textOf(tag, forms.name)) }),
    ...(label !== undefined && { label: textOf(label, labelForm) }),
    ...(requireUserToken !== undefined && { requireUserToken }),
  };
}
