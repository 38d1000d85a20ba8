import { type MessageKind, messageKinds } from '../../core/chain/message-content.js';
import { CustosError } from '../../core/errors.js';
import { parseChainId, parseIndex, parseSignatureId, parseTenantId } from '../../core/ids.js';
import type { SignedApproval } from '../../core/policy/approval.js';
import type { CheckpointRequest } from '../../core/signing/checkpoint.js';
import type { ControlDocuments, SignControl } from '../../core/signing/control.js';
import type { CreateRequest } from '../../core/signing/create.js';
import type { DecreeRequest } from '../../core/signing/decree.js';
import type { FreezeNews } from '../../core/signing/freezes.js';
import { type KeyRequest, leanPending, parseFeeLimit, type Withdrawal } from '../../core/signing/pending.js';
import type { IdentifyRequest, SignRequest } from '../../core/signing/signer.js';
import type { KeyRef } from '../../core/signing/wallet.js';
import type { KeySlot } from '../../core/store/store.js';
import { parseCheckpointRequest, plainCheckpoint } from './checkpoint-question.js';
import { parseCreate } from './create-question.js';
import { parseDecree, parseDocuments, plainDecree, plainDocuments } from './decree-question.js';
import { parseFreezeNews } from './freeze-question.js';
import {
  base64,
  bytesOf,
  foreign,
  isShallow,
  listOf,
  longTextOf,
  type Members,
  membersOf,
  networkOf,
  textOf,
  wholeOf,
} from './members.js';
import { parseSealed, plainSealed } from './sealed-text.js';

/** How a front introduces itself. */
export interface Hello {
  /** 16 bytes in hexadecimal digits. */
  readonly storeId: string;
  /** The key slots of the store: they open nothing without the password. */
  readonly slots: readonly KeySlot[];
  /** The front's own limits (`rulesText`). */
  readonly rules: string;
}

/** One question of a front to a keeper. `n` pairs answers with questions. */
export type FrontQuestion =
  | { readonly kind: 'hello'; readonly n: number; readonly request: Hello }
  | { readonly kind: 'sign'; readonly n: number; readonly request: SignRequest }
  | { readonly kind: 'identify'; readonly n: number; readonly request: IdentifyRequest }
  | { readonly kind: 'create'; readonly n: number; readonly request: CreateRequest }
  | { readonly kind: 'checkpoint'; readonly n: number; readonly request: CheckpointRequest }
  | { readonly kind: 'control'; readonly n: number; readonly request: ControlDocuments }
  | { readonly kind: 'decree'; readonly n: number; readonly request: DecreeRequest }
  | { readonly kind: 'freezes'; readonly n: number; readonly request: FreezeNews };

const MOST_QUESTIONS = 100_000;
const MOST_SLOTS = 100;
const MOST_KEYS = 10_000;
const LONGEST_COMPLETED = 16 * 1024 * 1024;
const LONGEST_RULES = 1024 * 1024;
const MOST_APPROVALS = 1_000;
const LONGEST_APPROVAL_TEXT = 8 * 1024;
const LONGEST_REFERENCE = 2048;
/** Levels of what is passed on unread: Node copies it to the signer process level by level. */
const DEEPEST = 32;

/** The text of a question; bytes are in base64. @throws CustosError RECORD_DAMAGED: a sealed part of the store is too long */
export function questionText(question: FrontQuestion): string {
  const { kind, n, request } = question;
  switch (kind) {
    case 'hello':
      return JSON.stringify({ kind, n, request: { ...request, slots: request.slots.map(plainSlot) } });
    case 'sign':
      return JSON.stringify({ kind, n, request: { ...leanRequest(request), sealed: request.sealed.map(plainSealed) } });
    case 'identify':
      return JSON.stringify({ kind, n, request: { keys: request.keys, sealed: request.sealed.map(plainSealed) } });
    case 'checkpoint':
      return JSON.stringify({ kind, n, request: plainCheckpoint(request) });
    case 'control':
      return JSON.stringify({ kind, n, request: plainDocuments(request) });
    case 'decree':
      return JSON.stringify({ kind, n, request: plainDecree(request) });
    case 'create':
    case 'freezes':
      return JSON.stringify(question);
  }
}

/** Without what only the front needs of a pending transaction. */
function leanRequest({ pending, completed, digest, control }: SignRequest): Omit<SignRequest, 'sealed'> {
  return {
    pending: leanPending(pending),
    completed,
    ...(digest !== undefined && { digest }),
    ...(control && { control: fitting(control) }),
  };
}

/** Without approvals that no person signed: whoever can write to the database made them too long, and ends no connection by it. */
function fitting({ id, approvals }: SignControl): SignControl {
  const short = approvals.filter((one) => Math.max(one.text.length, one.signature.length) <= LONGEST_APPROVAL_TEXT);
  return { id, approvals: short.slice(0, MOST_APPROVALS) };
}

function plainSlot(slot: KeySlot): Readonly<Record<string, unknown>> {
  const box = base64(slot.box);
  if (slot.kind === 'external') return { ...slot, box, wrapped: base64(slot.wrapped) };
  return { ...slot, box, salt: base64(slot.salt) };
}

/**
 * Reads the questions of one frame as if from an enemy: code in the front may have written them. Only members of known shapes
 * are taken over.
 * @throws CustosError SIGNER_PROTOCOL
 */
export function parseQuestions(value: unknown): FrontQuestion[] {
  try {
    return listOf(value, MOST_QUESTIONS, parseQuestion);
  } catch (cause) {
    throw new CustosError('SIGNER_PROTOCOL', 'the front does not keep to the protocol', { cause });
  }
}

function parseQuestion(value: unknown): FrontQuestion {
  const question = membersOf(value);
  const n = wholeOf(question('n'));
  const request = membersOf(question('request'));
  switch (question('kind')) {
    case 'checkpoint':
      return { kind: 'checkpoint', n, request: parseCheckpointRequest(question('request')) };
    case 'hello':
      return { kind: 'hello', n, request: parseHello(request) };
    case 'sign':
      return { kind: 'sign', n, request: parseSign(request) };
    case 'create':
      return { kind: 'create', n, request: parseCreate(question('request')) };
    case 'identify': {
      const keys = listOf(request('keys'), MOST_KEYS, parseKey);
      return { kind: 'identify', n, request: { keys, sealed: listOf(request('sealed'), MOST_KEYS, parseSealed) } };
    }
    case 'control':
      return { kind: 'control', n, request: parseDocuments(request) };
    case 'decree':
      return { kind: 'decree', n, request: parseDecree(question('request')) };
    case 'freezes':
      return { kind: 'freezes', n, request: parseFreezeNews(question('request')) };
    default:
      throw foreign();
  }
}

function parseHello(request: Members): Hello {
  return {
    storeId: textOf(request('storeId'), /^[0-9a-f]{32}$/),
    slots: listOf(request('slots'), MOST_SLOTS, parseSlot),
    rules: longTextOf(request('rules'), LONGEST_RULES),
  };
}

function parseSlot(value: unknown): KeySlot {
  const slot = membersOf(value);
  const generation = slot('generation');
  const facts = {
    id: textOf(slot('id'), /^[\w-]{1,64}$/),
    box: bytesOf(slot('box')),
    createdAt: wholeOf(slot('createdAt')),
    ...(generation !== undefined && { generation: wholeOf(generation) }),
  };
  if (slot('kind') === 'external') {
    const [reference, wrapped] = [longTextOf(slot('reference'), LONGEST_REFERENCE), bytesOf(slot('wrapped'))];
    return { ...facts, kind: 'external', reference, wrapped };
  }
  const kdf = membersOf(slot('kdf'));
  return {
    ...facts,
    kind: slot('kind') === 'recovery' ? 'recovery' : 'password',
    // What is too little or too much work is refused where it is done.
    kdf: { logN: wholeOf(kdf('logN')), r: wholeOf(kdf('r')), p: wholeOf(kdf('p')) },
    salt: bytesOf(slot('salt')),
  };
}

function parseSign(request: Members): SignRequest {
  const digest = request('digest');
  const control = request('control');
  return {
    pending: parseKeyRequest(membersOf(request('pending'))),
    completed: longTextOf(request('completed'), LONGEST_COMPLETED),
    ...(digest !== undefined && { digest: textOf(digest, /^[0-9a-f]{0,128}$/) }),
    sealed: listOf(request('sealed'), MOST_KEYS, parseSealed),
    ...(control !== undefined && { control: parseControl(membersOf(control)) }),
  };
}

function parseControl(control: Members): SignControl {
  return {
    id: textOf(control('id'), /^[\w-]{1,64}$/),
    approvals: listOf(control('approvals'), MOST_APPROVALS, parseApproval),
  };
}

/** Read where it counts. */
function parseApproval(value: unknown): SignedApproval {
  const approval = membersOf(value);
  return {
    text: longTextOf(approval('text'), LONGEST_APPROVAL_TEXT),
    signature: longTextOf(approval('signature'), LONGEST_APPROVAL_TEXT),
  };
}

function parseKeyRequest(pending: Members): KeyRequest {
  const withdrawal = pending('withdrawal');
  const feeLimit = pending('feeLimit');
  const kind = pending('kind');
  const tenant = pending('tenant');
  const user = pending('user');
  return {
    chain: parseChainId(pending('chain')),
    network: networkOf(pending('network')),
    keys: listOf(pending('keys'), MOST_KEYS, parseKey),
    ...(withdrawal !== undefined && { withdrawal: parseWithdrawal(membersOf(withdrawal)) }),
    ...(feeLimit !== undefined && { feeLimit: parseFeeLimit(feeLimit) }),
    ...(kind !== undefined && { kind: parseKind(kind) }),
    ...(tenant !== undefined && { tenant: parseTenantId(tenant) }),
    ...(user !== undefined && { user: textOf(user, /^[0-9a-f]{64}$/) }),
  };
}

function parseKind(value: unknown): MessageKind {
  const kind = messageKinds.find((one) => one === value);
  if (kind === undefined) throw foreign();
  return kind;
}

function parseWithdrawal(withdrawal: Members): Withdrawal {
  const id = textOf(withdrawal('id'), /^[A-Za-z0-9_-]{1,64}$/);
  const responses = withdrawal('responses');
  if (responses === undefined) return { id };
  if (!Array.isArray(responses) || !isShallow(responses, DEEPEST)) throw foreign();
  return { id, responses };
}

function parseKey(value: unknown): KeyRef {
  const key = membersOf(value);
  const index = key('index');
  const signatureId = parseSignatureId(key('signatureId'));
  return index === undefined ? { signatureId } : { signatureId, index: parseIndex(index) };
}
