import type { Hazard, HazardKind } from '../../core/chain/hazards.js';
import { quote } from '../../core/ids.js';
import type { Effect } from './effect.js';
import { readAccount, readSigner, readText } from './parts.js';
import type { XdrReader } from './xdr.js';

const numbers: readonly (readonly [label: string, kind: HazardKind])[] = [
  ['clears flags', 'issuer-settings'],
  ['sets flags', 'issuer-settings'],
  ['master weight', 'account-control'],
  ['low threshold', 'account-control'],
  ['medium threshold', 'account-control'],
  ['high threshold', 'account-control'],
];

/** SetOptions: who may sign with what weight, what an issuer may do, and the home domain. */
export function readOptions(read: XdrReader): Effect {
  const changes: string[] = [];
  const hazards: Hazard[] = [];
  const note = (kind: HazardKind, text: string, party?: string) => {
    changes.push(party === undefined ? text : `${text} ${party}`);
    hazards.push({ kind, ...(party !== undefined && { party }), text: `SetOptions ${text}` });
  };
  const inflation = read.optional(() => readAccount(read));
  if (inflation !== undefined) note('account-settings', 'inflation destination', inflation);
  for (const [label, kind] of numbers) {
    const value = read.optional(() => read.uint32());
    if (value !== undefined) note(kind, `${label} ${value}`);
  }
  const domain = read.optional(() => readText(read, 32));
  if (domain !== undefined) note('account-settings', `home domain ${quote(domain)}`);
  const signer = read.optional(() => [readSigner(read), read.uint32()] as const);
  if (signer !== undefined) note('account-control', `SIGNER with weight ${signer[1]}`, signer[0]);
  return { hazards, text: `changes the account's options: ${changes.join(', ') || 'nothing'}` };
}
