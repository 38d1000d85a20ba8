import type { SignerFacts } from '../core/chain/codec.js';
import { CustosError, type ErrorCode } from '../core/errors.js';
import { parseSignatureId } from '../core/ids.js';
import type { ControlEdge, ControlEdges } from '../core/signing/control.js';
import type { CreateRequest } from '../core/signing/create.js';
import type { DecreeRequest } from '../core/signing/decree.js';
import type { FreezeEnd } from '../core/signing/freezes.js';
import type { IdentifyRequest, SignResult } from '../core/signing/signer.js';
import type { JournalKey } from '../core/store/journal-mac.js';
import type { SlotName } from '../core/store/store.js';
import { signerCodes } from './control/answer-codes.js';
import { parseDecreed } from './control/decreed-answer.js';
import { parseCreated } from './created-answer.js';
import { parseKeptFreezes } from './keeper/freeze-question.js';
import type { Answer } from './messages.js';

/** What an answer is for. */
export type Asked =
  | { readonly kind: 'unlock' | 'sign' | 'checkpoint' | 'examine' | 'control' | 'freezes'; readonly n: number }
  | { readonly kind: 'ends'; readonly n: number; readonly request: readonly FreezeEnd[] }
  | { readonly kind: 'create'; readonly n: number; readonly request: CreateRequest }
  | { readonly kind: 'decree'; readonly n: number; readonly request: Pick<DecreeRequest, 'wish'> }
  | { readonly kind: 'identify'; readonly n: number; readonly request: IdentifyRequest };

/** Signed bytes in the text form of any chain: 1 MiB in hexadecimal digits, with some reserve. */
const RAW_FORM = /^[\x20-\x7e]{1,3000000}$/;
/** Transaction ids, and addresses, of any chain. */
const ID_FORM = /^[\w:.+/=-]{1,200}$/;
const SLOT_FORM = /^[\w-]{1,64}$/;
/** A signed note: lines of printable ASCII, and the dash before a signature. */
const NOTE_FORM = /^[\x20-\x7e\n\u2014]{1,65536}$/;
const HASH_FORM = /^sha256:[0-9a-f]{64}$/;

/**
 * Reads a message of a signer process as if from an enemy: it has handled keys, so none of its free text may reach log, journal
 * or cloud. Only members of known shapes are accepted, and only the code of an error.
 * @param asked - the question that waits under a number
 * @param codes - those that this kind of signer may answer
 * @throws CustosError SIGNER_DIED: it breaks the protocol
 */
export function parseAnswers(
  message: unknown,
  asked: (n: number) => Asked | undefined,
  codes: ReadonlySet<string> = signerCodes,
): Answer[] {
  if (!Array.isArray(message) || message.length > 1_000) throw foreign();
  const seen = new Set<number>();
  return Array.from({ length: message.length }, (_, at): Answer => {
    const answer = membersOf(message[at]);
    const n = answer('n');
    if (typeof n !== 'number' || seen.has(n)) throw foreign();
    seen.add(n);
    const question = asked(n);
    if (question === undefined) throw foreign();
    return parseAnswer(question, answer, codes);
  });
}

type Members = (name: string) => unknown;

function parseAnswer(question: Asked, answer: Members, codes: ReadonlySet<string>): Answer {
  const { n } = question;
  switch (answer('kind')) {
    case 'failed':
      return { kind: 'failed', n, code: parseCode(answer('code'), codes) };
    case 'unlocked':
      if (question.kind !== 'unlock') throw foreign();
      return {
        kind: 'unlocked',
        n,
        viewKey: parseBytes(answer('viewKey'), 32, 32),
        ...parseJournal(answer),
        ...parseSlot(answer),
        ...parseState(answer),
        ...parseKeeper(answer),
      };
    case 'signed':
      if (question.kind !== 'sign') throw foreign();
      return { kind: 'signed', n, result: parseSigned(membersOf(answer('result'))), ...parseCounter(answer) };
    case 'identified':
      if (question.kind !== 'identify') throw foreign();
      return { kind: 'identified', n, result: parseFacts(answer('result'), question.request.keys.length) };
    case 'created':
      if (question.kind !== 'create') throw foreign();
      return { kind: 'created', n, result: parseCreated(answer('result'), question.request) };
    case 'checkpoint':
      if (question.kind !== 'checkpoint') throw foreign();
      return { kind: 'checkpoint', n, note: parseText(answer('note'), NOTE_FORM) };
    case 'examined':
      if (question.kind !== 'examine') throw foreign();
      return { kind: 'examined', n, result: parseEdges(membersOf(answer('result'))) };
    case 'decreed':
      if (question.kind !== 'decree') throw foreign();
      return { kind: 'decreed', n, result: parseDecreed(answer('result'), question.request) };
    case 'ends':
      if (question.kind !== 'ends') throw foreign();
      return { kind: 'ends', n, result: parseVerified(answer('result'), question.request.length) };
    case 'freezes':
      if (question.kind !== 'freezes') throw foreign();
      return { kind: 'freezes', n, result: parseKeptFreezes(answer('result')) };
    case 'controlled':
      if (question.kind !== 'control') throw foreign();
      return { kind: 'controlled', n };
    default:
      throw foreign();
  }
}

function parseJournal(answer: Members): { readonly journal?: JournalKey } {
  const given = answer('journal');
  if (given === undefined) return {};
  const journal = membersOf(given);
  return { journal: { key: parseBytes(journal('key'), 32, 32), mayAdopt: journal('mayAdopt') === true } };
}

function parseSlot(answer: Members): { readonly slot?: SlotName } {
  const given = answer('slot');
  if (given === undefined) return {};
  const slot = membersOf(given);
  const kind = (['recovery', 'external'] as const).find((one) => one === slot('kind')) ?? 'password';
  return { slot: { id: parseText(slot('id'), SLOT_FORM), kind } };
}

function parseKeeper(answer: Members): { readonly keeper?: string } {
  const keeper = answer('keeper');
  return keeper === undefined ? {} : { keeper: parseText(keeper, SLOT_FORM) };
}

/** A signer gives the key, a keeper how often its state was written. */
function parseState(answer: Members): Pick<Extract<Answer, { kind: 'unlocked' }>, 'stateKey' | 'state'> {
  const key = answer('stateKey');
  return { ...(key !== undefined && { stateKey: parseBytes(key, 32, 32) }), ...parseCounter(answer) };
}

function parseCounter(answer: Members): { readonly state?: number } {
  const state = answer('state');
  return state === undefined ? {} : { state: parseTime(state) };
}

/** Own properties only: an inherited one was never part of the answer. */
function membersOf(value: unknown): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw foreign();
  return (name) => (Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined);
}

function parseCode(value: unknown, codes: ReadonlySet<string>): ErrorCode {
  return typeof value === 'string' && codes.has(value) ? (value as ErrorCode) : 'INTERNAL';
}

function parseSigned(result: Members): SignResult {
  const timing = membersOf(result('timing'));
  return {
    raw: parseText(result('raw'), RAW_FORM),
    txId: parseText(result('txId'), ID_FORM),
    timing: { open: parseTime(timing('open')), sign: parseTime(timing('sign')) },
    ...parseRevisions(result('revisions')),
  };
}

function parseRevisions(value: unknown): Pick<SignResult, 'revisions'> {
  if (value === undefined) return {};
  if (!Array.isArray(value) || value.length > 10_000) throw foreign();
  return {
    revisions: Array.from({ length: value.length }, (_, at) => {
      const one = membersOf(value[at]);
      const revision = one('revision');
      if (typeof revision !== 'number' || !Number.isSafeInteger(revision) || revision < 1) throw foreign();
      return { id: parseSignatureId(one('id')), revision };
    }),
  };
}

function parseFacts(value: unknown, count: number): SignerFacts[] {
  if (!Array.isArray(value) || value.length !== count) throw foreign();
  return Array.from({ length: count }, (_, at): SignerFacts => {
    const facts = membersOf(value[at]);
    const publicKey = facts('publicKey');
    return {
      address: parseText(facts('address'), ID_FORM),
      ...(publicKey !== undefined && { publicKey: parseBytes(publicKey, 32, 65) }),
    };
  });
}

function parseEdges(result: Members): ControlEdges {
  const constitution = result('constitution');
  const policies = result('policies');
  if (!Array.isArray(policies) || policies.length > 1_000) throw foreign();
  return {
    ...(constitution !== undefined && { constitution: parseEdge(constitution) }),
    policies: Array.from({ length: policies.length }, (_, at) => parseEdge(policies[at])),
  };
}

function parseEdge(value: unknown): ControlEdge {
  const edge = membersOf(value);
  const version = edge('version');
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) throw foreign();
  return { version, hash: parseText(edge('hash'), HASH_FORM) };
}

function parseVerified(value: unknown, count: number): boolean[] {
  if (!Array.isArray(value) || value.length !== count) throw foreign();
  return Array.from({ length: count }, (_, at) => value[at] === true);
}

function parseText(value: unknown, form: RegExp): string {
  if (typeof value !== 'string' || !form.test(value)) throw foreign();
  return value;
}

function parseTime(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) throw foreign();
  return value;
}

function parseBytes(value: unknown, least: number, most: number): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length < least || value.length > most) throw foreign();
  return Uint8Array.from(value);
}

function foreign(): CustosError {
  return new CustosError('SIGNER_DIED', 'the signer process does not keep to the protocol');
}
