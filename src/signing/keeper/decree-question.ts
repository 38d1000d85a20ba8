import type { PersonSignature } from '../../core/policy/constitution.js';
import type { ControlDocument, ControlDocuments } from '../../core/signing/control.js';
import type { DecreeRequest } from '../../core/signing/decree.js';
import { boxText, bytesOf, foreign, listOf, longTextOf, type Members, membersOf, textOf, wholeOf } from './members.js';

const LONGEST_DOCUMENT = 8 * 1024 * 1024;
const MOST_POLICIES = 256;
/** A person has up to eight keys, and no quorum has so many persons. */
const MOST_SIGNATURES = 256;
const LONGEST_FREEZE = 4_096;

export function plainDocuments({ constitution, policies }: ControlDocuments): Readonly<Record<string, unknown>> {
  const plain = ({ version, box }: ControlDocument) => ({ version, box: boxText(box, LONGEST_DOCUMENT) });
  return { ...(constitution && { constitution: plain(constitution) }), policies: policies.map(plain) };
}

/** @throws CustosError SIGNER_PROTOCOL */
export function parseDocuments(request: Members): ControlDocuments {
  const constitution = request('constitution');
  return {
    ...(constitution !== undefined && { constitution: parseDocument(constitution) }),
    policies: listOf(request('policies'), MOST_POLICIES, parseDocument),
  };
}

export function plainDecree({ documents, ...request }: DecreeRequest): Readonly<Record<string, unknown>> {
  return { ...request, documents: plainDocuments(documents) };
}

/** Reads what persons are said to have decided as if from an enemy; whether they did is decided where the keys are. @throws CustosError SIGNER_PROTOCOL */
export function parseDecree(value: unknown): DecreeRequest {
  const request = membersOf(value);
  return {
    documents: parseDocuments(membersOf(request('documents'))),
    signatures: listOf(request('signatures'), MOST_SIGNATURES, parseSignature),
    wish: parseWish(membersOf(request('wish'))),
  };
}

function parseWish(wish: Members): DecreeRequest['wish'] {
  switch (wish('act')) {
    case 'publish': {
      const delay = wish('delay');
      const policy = longTextOf(wish('policy'), LONGEST_DOCUMENT);
      return { act: 'publish', policy, ...(delay !== undefined && { delay: wholeOf(delay) }) };
    }
    case 'unfreeze':
      return { act: 'unfreeze', freeze: longTextOf(wish('freeze'), LONGEST_FREEZE) };
    default:
      throw foreign();
  }
}

function parseSignature(value: unknown): PersonSignature {
  const of = membersOf(value);
  const act = of('act');
  if (act !== undefined && act !== 'widen' && act !== 'narrow') throw foreign();
  return {
    ...(act !== undefined && { act }),
    key: textOf(of('key'), /^[\w:.-]{1,400}$/),
    signature: textOf(of('signature'), /^[\w.-]{1,4096}$/),
  };
}

function parseDocument(value: unknown): ControlDocument {
  const document = membersOf(value);
  return { version: wholeOf(document('version')), box: bytesOf(document('box'), LONGEST_DOCUMENT) };
}
