import { randomBytes } from 'node:crypto';
import { asCustosError, CustosError, type ErrorCode } from '../../core/errors.js';
import type { CheckpointRequest } from '../../core/signing/checkpoint.js';
import type { Decreed, DecreeRequest } from '../../core/signing/decree.js';
import type { FreezeNews, FreezesKept } from '../../core/signing/freezes.js';
import type { Signer } from '../../core/signing/signer.js';
import type { SigningRules } from '../../core/signing/signing-rules.js';
import type { JournalKey } from '../../core/store/journal-mac.js';
import { type KeySlot, type SlotName, slotGeneration } from '../../core/store/store.js';
import { KeptFreezes, requireFreezeOf, requireUnnamed } from '../control/freezes.js';
import type { Answer } from '../messages.js';
import { answerText } from './answers.js';
import { FrameReader, framesOf, requireFrame } from './frames.js';
import { type FrontQuestion, type Hello, parseQuestions } from './questions.js';
import { rulesText } from './rules-text.js';
import { type MakingParts, WalletMaking } from './wallet-making.js';

/** What opens a store, as the front brings it. */
type StoreToOpen = Pick<Hello, 'storeId' | 'slots'>;

export interface KeeperParts extends MakingParts {
  /** The keeper's own limits. */
  readonly rules: SigningRules;
  /** The only store that it opens. */
  readonly storeId: string;
  /** Makes the signer of a store; its `unlock` tries the password. */
  makeSigner(store: StoreToOpen): Signer;
  /** How often its state was written. */
  counter?(): number;
  /** Called with the lines of each freeze that it heard of for the first time. */
  onFrozen?(text: string): void;
  /** Bytes for a front. */
  send(front: number, bytes: Uint8Array): void;
  /** Ends the connection of a front that broke the protocol. */
  refuse(front: number, code: ErrorCode): void;
}

/** The keeper's end of all connections. */
export interface Keeper {
  /** Says that a connection came through the door of control: it may freeze, and nothing else. */
  opensControl(front: number): void;
  received(front: number, bytes: Uint8Array): void;
  /** The front is gone: nothing more is answered. */
  gone(front: number): void;
  close(): Promise<void>;
}

/** The store as it was opened for the first front; it stays for the life of the keeper. */
interface Opened {
  readonly signer: Signer;
  readonly generation: number;
  readonly viewKey: Uint8Array;
  readonly journal: JournalKey;
  readonly slot: SlotName | undefined;
}

interface Front {
  readonly reader: FrameReader;
  /** It came through the door of control. */
  readonly isControl: boolean;
  /** Undefined until its hello was accepted. */
  signer?: Signer;
  /** Why nothing is signed for it: the documents of control that it brought do not fit. */
  misfit?: ErrorCode;
  /** Unanswered questions. */
  open: number;
  outbox: string[];
}

/** More unanswered questions of one front than any daemon has. */
const MOST_OPEN = 50_000;

/**
 * Answers the questions of several fronts. It believes none of them: a front that breaks the protocol loses its connection, and a
 * front with another store, an old root key or other limits gets nothing signed.
 */
export function serveKeeper(parts: KeeperParts): Keeper {
  const fronts = new Map<number, Front>();
  /** Their connections end, and nothing of them is read any more: it would count as what a new front says. */
  const refused = new Set<number>();
  const own = rulesText(parts.rules);
  const name = randomBytes(8).toString('hex');
  let opened: Opened | undefined;
  /** Freezes from before it was. */
  const early = new KeptFreezes();
  /** Those that were told of, so that each is told once. */
  const heard = new Set<string>();
  const making = new WalletMaking(parts);
  /** One hello after another: each may cost a key derivation. */
  let lastHello: Promise<unknown> = Promise.resolve();

  const welcome = async (n: number, hello: Hello, front: Front): Promise<Answer> => {
    if (hello.storeId !== parts.storeId) throw refusal('SIGNER_STORE_DIFFERS');
    if (hello.rules !== own) throw refusal('SIGNER_RULES_DIFFER');
    if (opened === undefined) {
      opened = await openStore(parts, hello);
      await opened.signer.freezes?.({ freezes: early.texts, ends: [] });
    }
    if (generationOf(hello.slots) !== opened.generation) throw refusal('STORE_REKEYED');
    front.signer = opened.signer;
    const { viewKey, journal, slot } = opened;
    return { kind: 'unlocked', n, viewKey, journal, ...(slot && { slot }), ...stateOf(parts), keeper: name };
  };

  const answer = async (question: FrontQuestion, front: Front): Promise<Answer> => {
    const { n } = question;
    try {
      if (front.isControl && question.kind !== 'freezes') throw refusal('SIGNER_PROTOCOL');
      if (question.kind === 'hello') {
        const welcomed = lastHello.then(() => welcome(n, question.request, front));
        lastHello = welcomed.catch(() => undefined);
        return await welcomed;
      }
      const { signer } = front;
      if (question.kind === 'freezes') return { kind: 'freezes', n, result: await freezes(question.request, front) };
      if (signer === undefined) throw refusal('SIGNER_PROTOCOL');
      if (question.kind === 'identify')
        return { kind: 'identified', n, result: await signer.identify(question.request) };
      if (question.kind === 'create')
        return { kind: 'created', n, result: await making.create(signer, question.request) };
      if (question.kind === 'checkpoint')
        return { kind: 'checkpoint', n, note: await checkpoint(signer, question.request) };
      if (question.kind === 'control') return await control(question, { front, signer });
      if (question.kind === 'decree') return { kind: 'decreed', n, result: await decree(signer, question.request) };
      if (front.misfit !== undefined) throw refusal(front.misfit);
      return { kind: 'signed', n, result: await signer.sign(question.request), ...stateOf(parts) };
    } catch (thrown) {
      return { kind: 'failed', n, code: asCustosError(thrown).code };
    }
  };

  /** Freezes need no keys, so they are taken before any front has come. Only a front brings ends, and a signer verifies them. */
  const freezes = async (news: FreezeNews, { signer, isControl }: Front): Promise<FreezesKept> => {
    const by = isControl ? opened?.signer : signer;
    if (isControl ? news.ends.length > 0 : by === undefined) throw refusal('SIGNER_PROTOCOL');
    for (const text of news.freezes) requireFreezeOf(parts.storeId, text);
    if (isControl) for (const text of news.freezes) requireUnnamed(text);
    if (by === undefined) for (const text of news.freezes) early.add(text);
    const kept = (await by?.freezes?.(news)) ?? early.texts;
    for (const text of news.freezes) {
      // Only what is kept: whoever sends more than that must not fill the memory.
      if (!kept.includes(text) || heard.has(text)) continue;
      heard.add(text);
      parts.onFrozen?.(text);
    }
    return { store: parts.storeId, freezes: kept };
  };

  /** A front whose documents are older than what is known may have lost more: nothing is signed for it until it brings others. */
  const control = async (
    { n, request }: Extract<FrontQuestion, { kind: 'control' }>,
    { front, signer }: { readonly front: Front; readonly signer: Signer },
  ): Promise<Answer> => {
    try {
      await signer.control(request);
      delete front.misfit;
      return { kind: 'controlled', n };
    } catch (thrown) {
      const { code } = asCustosError(thrown);
      // Then they are known, and each signature by them waits until that is durable.
      if (code === 'KEEPER_STATE_UNWRITTEN') delete front.misfit;
      else front.misfit = code === 'CONTROL_OLD' ? code : 'CONTROL_WITHHELD';
      throw thrown;
    }
  };

  const refuse = (id: number, code: ErrorCode): void => {
    // Number 0 is no question's: the whole connection is refused.
    for (const frame of framesOf([answerText({ kind: 'failed', n: 0, code })])) parts.send(id, frame);
    fronts.delete(id);
    refused.add(id);
    parts.refuse(id, code);
  };

  const flush = (id: number, front: Front): void => {
    const texts = front.outbox;
    front.outbox = [];
    if (fronts.get(id) !== front) return;
    for (const frame of framesOf(texts)) parts.send(id, frame);
  };

  const take = async (id: number, front: Front, question: FrontQuestion): Promise<void> => {
    front.open += 1;
    const text = frameText(await answer(question, front));
    front.open -= 1;
    front.outbox.push(text);
    if (front.outbox.length === 1) setImmediate(() => flush(id, front));
  };

  const frontOf = (id: number, isControl: boolean): Front => {
    const front: Front = { reader: new FrameReader(), isControl, open: 0, outbox: [] };
    fronts.set(id, front);
    return front;
  };

  return {
    opensControl: (id) => void frontOf(id, true),
    received(id, bytes) {
      if (refused.has(id)) return;
      const front = fronts.get(id) ?? frontOf(id, false);
      try {
        const questions = front.reader.push(bytes).flatMap(parseQuestions);
        if (front.open + questions.length > MOST_OPEN) throw refusal('SIGNER_PROTOCOL');
        for (const question of questions) void take(id, front, question);
      } catch (thrown) {
        refuse(id, asCustosError(thrown).code);
      }
    },
    gone(id) {
      fronts.delete(id);
      refused.delete(id);
    },
    async close() {
      fronts.clear();
      await lastHello;
      await opened?.signer.close();
    },
  };
}

/** Lets fronts find out that a keeper came back with an older state. */
function stateOf({ counter }: KeeperParts): { readonly state?: number } {
  const state = counter?.() ?? 0;
  return state === 0 ? {} : { state };
}

/** Signs for all fronts with one memory of what was signed. @throws CustosError AUDIT_BROKEN */
async function checkpoint(signer: Signer, request: CheckpointRequest): Promise<string> {
  if (signer.checkpoint === undefined) throw refusal('SIGNER_PROTOCOL');
  return signer.checkpoint(request);
}

/** Says what persons decided to whoever has the root key. @throws CustosError as `Signer.decree` */
async function decree(signer: Signer, request: DecreeRequest): Promise<Decreed> {
  if (signer.decree === undefined) throw refusal('SIGNER_PROTOCOL');
  return signer.decree(request);
}

async function openStore(parts: KeeperParts, { storeId, slots }: Hello): Promise<Opened> {
  const signer = parts.makeSigner({ storeId, slots });
  try {
    const viewKey = await signer.unlock();
    const journal = await signer.journalKey();
    return { signer, viewKey, journal, slot: await signer.openedBy?.(), generation: generationOf(slots) };
  } catch (error) {
    await signer.close();
    throw error;
  }
}

/** Which root key the slots open, by what they say; the slot that opens is bound to its number. */
function generationOf(slots: readonly KeySlot[]): number {
  return Math.max(0, ...slots.map(slotGeneration));
}

/** A front may ask for signed bytes that are too long to send; only this question fails then. */
function frameText(answered: Answer): string {
  const text = answerText(answered);
  try {
    requireFrame(text);
    return text;
  } catch (thrown) {
    return answerText({ kind: 'failed', n: answered.n, code: asCustosError(thrown).code });
  }
}

function refusal(code: ErrorCode): CustosError {
  return new CustosError(code, 'the keeper refused a front');
}
