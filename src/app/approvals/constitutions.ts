import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { objectOf, parseJson, tryJson } from '../../core/json.js';
import type { Constitution, EnactedConstitution, PersonSignature } from '../../core/policy/constitution.js';
import { demandText } from '../../core/policy/demand.js';
import type { ApprovalTable } from '../../core/store/approvals.js';
import type { SealedDocument } from '../../core/store/sealed-document.js';
import { canonicalJson } from '../../policy/canonical-json.js';
import { readConstitution } from '../../policy/constitution.js';
import { checkSuccession, constitutionDecree, decreeLines } from '../../policy/quorum.js';
import { type ControlSeal, type ControlView, controlSeal } from '../../vault/control-seal.js';
import type { ApproverKey } from './key-file.js';

const signature = z.strictObject({ key: z.string(), signature: z.string() });
const sealedForm = z.strictObject({ constitution: z.string(), signatures: z.array(signature) });
const signatureFile = z.strictObject({
  custosSignature: z.literal(1),
  hash: z.string(),
  key: z.string(),
  signature: z.string(),
});

/** What constitutions are read and written with. */
export interface ConstitutionParts {
  readonly approvals: Pick<ApprovalTable, 'constitution' | 'addConstitution'>;
  readonly storeId: string;
  readonly seal: ControlSeal;
}

/** What the front reads them with. */
export interface ViewParts {
  readonly approvals: Pick<ApprovalTable, 'constitution'>;
  readonly storeId: string;
  readonly seal: ControlView;
}

/** Works on the constitutions of a store, and wipes their key afterwards. */
export async function openConstitutions<T>(
  { storeId, approvals }: { readonly storeId: string; readonly approvals: ConstitutionParts['approvals'] },
  rootKey: Uint8Array,
  work: (parts: ConstitutionParts) => Promise<T>,
): Promise<T> {
  const seal = controlSeal(rootKey, storeId);
  try {
    return await work({ storeId, approvals, seal });
  } finally {
    seal.wipe();
  }
}

/** The constitution in force; undefined before the first. @throws CustosError RECORD_DAMAGED, STORE_* */
export async function currentConstitution(parts: ViewParts): Promise<EnactedConstitution | undefined> {
  const sealed = await parts.approvals.constitution();
  return sealed && openSealed(parts, sealed);
}

/** @throws CustosError CONSTITUTION_MISSING, and as `currentConstitution` */
export async function requireConstitution(parts: ViewParts): Promise<Constitution> {
  const enacted = await currentConstitution(parts);
  if (enacted === undefined) throw new CustosError('CONSTITUTION_MISSING', 'the store has no constitution');
  return enacted.constitution;
}

/**
 * Brings a constitution into force, if the quorum of the one before signed it. The first one is signed by its own.
 * @throws CustosError CONSTITUTION_CONFLICT, CONSTITUTION_QUORUM, CONSTITUTION_SIGNATURE, RECORD_DAMAGED, STORE_*
 */
export async function enactConstitution(
  parts: ConstitutionParts,
  next: Constitution,
  signatures: readonly PersonSignature[],
): Promise<void> {
  const before = (await currentConstitution(parts))?.constitution;
  checkSuccession(next, { before, store: parts.storeId }, signatures);
  const content = canonicalJson({ constitution: next.text, signatures });
  await parts.approvals.addConstitution(parts.seal.seal('constitution', next.version, content));
}

/** What a person sends after signing a constitution. @returns one line of JSON */
export function signConstitution(constitution: Constitution, key: ApproverKey): string {
  const lines = decreeLines(constitutionDecree(constitution), key.text);
  return canonicalJson({ custosSignature: 1, hash: constitution.hash, key: key.text, signature: key.sign(lines) });
}

/** What there is to say, before a person signs, about whether the signature will count. @param key - text form */
export function signerNote(constitution: Constitution, key: string): string | undefined {
  const { version, signers, groups, thresholds } = constitution;
  if (version > 1) {
    return `It counts if this key belongs to a person of the group that version ${version - 1}, which is in force, names for the constitution.`;
  }
  const group = thresholds.get('constitution')?.group ?? '';
  const name = signers.get(key)?.person.name;
  if (name !== undefined && groups.get(group)?.has(name) === true) return undefined;
  return `It will not count: ${name ?? `the key ${key}`} does not belong to the group ${group}.`;
}

/** @throws CustosError CONSTITUTION_SIGNATURE: not such a file, or for another constitution */
export function readSignature(text: string, constitution: Constitution): PersonSignature {
  const refused = (why: string) => new CustosError('CONSTITUTION_SIGNATURE', `the signature is refused: ${why}`);
  const parsed = signatureFile.safeParse(parseJson(text, () => refused('it is not JSON')));
  if (!parsed.success) throw refused('it has another form');
  const { hash, key, signature: signed } = parsed.data;
  if (hash !== constitution.hash) throw refused(`it is for ${hash}, and this constitution is ${constitution.hash}`);
  return { key, signature: signed };
}

/** What the next constitution is written from: the one in force with the next version, or a form to fill in. */
export async function draftConstitution(parts: ConstitutionParts): Promise<object> {
  const before = (await currentConstitution(parts))?.constitution;
  if (before !== undefined) {
    return {
      ...objectOf(tryJson(before.text), () => new CustosError('INTERNAL', 'a constitution in force is not JSON')),
      version: before.version + 1,
      previous: before.hash,
    };
  }
  const person = (role: string) => ({ roles: [role], keys: ['ed25519:'], initiates: [] });
  return {
    custosConstitution: 1,
    store: parts.storeId,
    version: 1,
    previous: null,
    persons: { ada: person('admin'), alan: person('admin'), bea: person('approver'), ben: person('approver') },
    groups: { board: ['ada', 'alan'], treasury: ['bea', 'ben'] },
    thresholds: { constitution: '2 of board', widen: '2 of board', narrow: '1 of board', unfreeze: '2 of treasury' },
  };
}

/** Read aloud at the ceremony: every line is a fact that somebody there knows. */
export function constitutionLines(constitution: Constitution): readonly string[] {
  const { store, version, previous, persons, groups, thresholds, signers, hash } = constitution;
  return [
    `Constitution of store ${store}, version ${version}${previous === undefined ? '' : ` after ${previous}`}`,
    ...[...persons.values()].flatMap(({ name, roles, initiates }) => [
      `  ${name}: ${[...roles].join(', ')}${initiates.size === 0 ? '' : `; stands behind ${[...initiates].join(', ')}`}`,
      ...[...signers].flatMap(([text, { person }]) => (person.name === name ? [`    ${text}`] : [])),
    ]),
    ...[...groups].map(([name, members]) => `  group ${name}: ${[...members].join(', ')}`),
    ...[...thresholds].map(([act, demand]) => `  ${act} needs ${demandText(demand)}`),
    `Hash: ${hash}`,
  ];
}

function openSealed({ seal, storeId }: ViewParts, sealed: SealedDocument): EnactedConstitution {
  const damaged = () => new CustosError('RECORD_DAMAGED', `version ${sealed.version} of the constitution is damaged`);
  const parsed = sealedForm.safeParse(parseJson(seal.open('constitution', sealed), damaged));
  if (!parsed.success) throw damaged();
  const constitution = readConstitution(parsed.data.constitution);
  if (constitution.version !== sealed.version || constitution.store !== storeId) throw damaged();
  return { constitution, signatures: parsed.data.signatures };
}
