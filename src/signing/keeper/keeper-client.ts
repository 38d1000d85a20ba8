import { timingSafeEqual } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { asCustosError, CustosError } from '../../core/errors.js';
import type { ControlDocuments } from '../../core/signing/control.js';
import type { Signer, SignerOpening } from '../../core/signing/signer.js';
import type { SigningRules } from '../../core/signing/signing-rules.js';
import type { JournalKey } from '../../core/store/journal-mac.js';
import type { KeySlot } from '../../core/store/store.js';
import type { Answer } from '../messages.js';
import { unexpected } from '../signer-slot.js';
import { KeeperConnection } from './connection.js';
import type { FrontQuestion } from './questions.js';
import { rulesText } from './rules-text.js';

export interface KeeperClientOptions {
  /** What logs call it. */
  readonly name: string;
  /** Opens a connection, also again after one was lost. @throws CustosError SIGNER_UNREACHABLE */
  connect(): Promise<Duplex>;
  readonly storeId: string;
  readonly slots: readonly KeySlot[];
  /** The front's own limits. The keeper refuses a front that has others than itself. */
  readonly rules: SigningRules;
  /** Called when a new connection has replaced a lost one. */
  readonly onRestart?: () => void;
  /** Called when a connection that served was lost, and not by `close`. */
  readonly onLost?: () => void;
  /** Milliseconds in which the keeper must answer something, as long as it has questions. */
  readonly patience?: number;
}

/** Longer than the keeper needs for the start of another signer process and two tries of a question. */
const PATIENCE = 120_000;

/** The keys that the front may hold, and by which slot the keeper opened the store. */
interface FrontKeys {
  readonly viewKey: Uint8Array;
  readonly journal: JournalKey;
  readonly opening: SignerOpening | undefined;
}

/**
 * A keeper in another process, with the same interface as the signer in this process. The front has no password: it introduces
 * itself with the key slots, and the keeper opens them. A question whose connection is lost fails with SIGNER_UNREACHABLE; the
 * next one connects again.
 */
export function createKeeperClient(options: KeeperClientOptions): Signer {
  let connection: Promise<KeeperConnection> | undefined;
  let keys: FrontKeys | undefined;
  /** How often the keeper has written its state, as far as it told. */
  let newest = 0;
  /** Every new connection gets them again: the keeper may have been started again. */
  let documents: ControlDocuments | undefined;
  /** A connection serves without them: while no signer process started, say, they could not be examined. */
  let isOwed = false;
  let isClosed = false;

  /** @throws CustosError KEEPER_STATE_OLD: it forgot what it had told */
  const requireNewer = (answer: Answer): void => {
    const state = ('state' in answer ? answer.state : undefined) ?? 0;
    if (state < newest) throw new CustosError('KEEPER_STATE_OLD', 'the signer service came back with an older state');
    newest = state;
  };

  /** What stands in the way may end, unlike that the keeper knows newer ones. */
  const bring = async (to: KeeperConnection): Promise<void> => {
    isOwed = false;
    if (documents === undefined) return;
    await handOver(to, documents).catch((thrown: unknown) => {
      isOwed = asCustosError(thrown).code !== 'CONTROL_OLD';
    });
  };

  const introduced = async (): Promise<KeeperConnection> => {
    const opened = new KeeperConnection(await options.connect(), options.patience ?? PATIENCE);
    try {
      const answer = await opened.ask((n) => helloOf(options, n));
      const given = keysOf(answer);
      requireNewer(answer);
      if (keys !== undefined && !isSame(keys, given)) {
        throw new CustosError('SIGNER_PROTOCOL', 'the signer service answers with the keys of another store');
      }
      const isAgain = keys !== undefined;
      keys = { ...(keys ?? given), opening: given.opening };
      if (isAgain) options.onRestart?.();
      void opened.lost.then(() => {
        if (!isClosed) options.onLost?.();
      });
      // What the keeper thinks of them, it says of each signature that is asked for.
      await bring(opened);
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  };

  const connected = async (): Promise<KeeperConnection> => {
    if (isClosed) throw new CustosError('SIGNER_DIED', 'the signer is closed');
    const before = connection;
    const known = await before?.catch(() => undefined);
    if (known?.isLost === false) return known;
    // Several questions may have waited for the lost one: the first of them connects again.
    if (connection === before) connection = introduced();
    return connection ?? introduced();
  };

  const ask = async (make: (n: number) => FrontQuestion): Promise<Answer> => (await served(connected, keys)).ask(make);

  return {
    get name() {
      return options.name;
    },
    async unlock() {
      await connected();
      return opened(keys).viewKey;
    },
    async journalKey() {
      await connected();
      return opened(keys).journal;
    },
    async openedBy() {
      await connected();
      return opened(keys).opening;
    },
    async sign(request) {
      const to = await served(connected, keys);
      if (isOwed) await bring(to);
      const answer = await to.ask((n) => ({ kind: 'sign', n, request }));
      if (answer.kind !== 'signed') throw unexpected(answer);
      newest = Math.max(newest, answer.state ?? 0);
      return answer.result;
    },
    async identify(request) {
      const answer = await ask((n) => ({ kind: 'identify', n, request }));
      if (answer.kind !== 'identified') throw unexpected(answer);
      return answer.result;
    },
    async create(request) {
      const answer = await ask((n) => ({ kind: 'create', n, request }));
      if (answer.kind !== 'created') throw unexpected(answer);
      return answer.result;
    },
    async checkpoint(request) {
      const answer = await ask((n) => ({ kind: 'checkpoint', n, request }));
      if (answer.kind !== 'checkpoint') throw unexpected(answer);
      return answer.note;
    },
    async control(given) {
      // First remembered: a connection that is made meanwhile brings them.
      documents = given;
      isOwed = false;
      await handOver(await served(connected, keys), given);
    },
    async decree(request) {
      const answer = await ask((n) => ({ kind: 'decree', n, request }));
      if (answer.kind !== 'decreed') throw unexpected(answer);
      return answer.result;
    },
    async freezes(news) {
      const answer = await ask((n) => ({ kind: 'freezes', n, request: news }));
      if (answer.kind !== 'freezes') throw unexpected(answer);
      return answer.result.freezes;
    },
    async close() {
      isClosed = true;
      (await connection?.catch(() => undefined))?.close();
    },
  };
}

/**
 * While a daemon runs, every refusal of a hello is temporary: a keeper that was started with other settings must not make
 * transactions fail, and a person will start it again.
 */
async function served(
  connected: () => Promise<KeeperConnection>,
  keys: FrontKeys | undefined,
): Promise<KeeperConnection> {
  try {
    return await connected();
  } catch (thrown) {
    const error = asCustosError(thrown);
    if (keys === undefined || error.kind.retry === true) throw error;
    throw new CustosError('SIGNER_UNREACHABLE', `${error.message} (${error.code})`, { cause: error });
  }
}

async function handOver(connection: KeeperConnection, request: ControlDocuments): Promise<void> {
  const answer = await connection.ask((n) => ({ kind: 'control', n, request }));
  if (answer.kind !== 'controlled') throw unexpected(answer);
}

function helloOf({ storeId, slots, rules }: KeeperClientOptions, n: number): FrontQuestion {
  return { kind: 'hello', n, request: { storeId, slots, rules: rulesText(rules) } };
}

function keysOf(answer: Answer): FrontKeys {
  if (answer.kind !== 'unlocked' || answer.journal === undefined) throw unexpected(answer);
  const { viewKey, journal, slot, keeper } = answer;
  return { viewKey, journal, opening: slot && { ...slot, ...(keeper !== undefined && { keeper }) } };
}

function opened(keys: FrontKeys | undefined): FrontKeys {
  if (keys === undefined) throw new CustosError('SIGNER_UNREACHABLE', 'the signer service was lost');
  return keys;
}

function isSame(one: FrontKeys, other: FrontKeys): boolean {
  const same = (a: Uint8Array, b: Uint8Array) => a.length === b.length && timingSafeEqual(a, b);
  return same(one.viewKey, other.viewKey) && same(one.journal.key, other.journal.key);
}
