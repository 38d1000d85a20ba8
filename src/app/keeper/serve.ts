import { CustosError } from '../../core/errors.js';
import type { Log } from '../../core/log.js';
import { Secret } from '../../core/secret.js';
import type { KeyHolder } from '../../core/signing/key-holder.js';
import type { RecordFile } from '../../signing/control/kept-book.js';
import { askElsewhere } from '../../signing/keeper/elsewhere.js';
import type { ForkDoor } from '../../signing/keeper/fork-door.js';
import { type Keeper, serveKeeper } from '../../signing/keeper/serve.js';
import type { SignerProgram } from '../../signing/signer-child.js';
import { createSignerClient } from '../../signing/signer-client.js';
import { type KeeperBook, keeperBook } from './book.js';
import type { FromKeeper, KeeperOpening, ToKeeper } from './messages.js';

/** The keeper's end of the channel to the process that started it. */
export interface KeeperChannel {
  send(message: FromKeeper): void;
  onMessage(listener: (message: ToKeeper) => void): void;
  /** The other side is gone: the keeper ends. */
  onEnd(listener: () => void): void;
}

/** Answers the fronts whose bytes come over the channel, with signer processes that come through the door. */
export function serveFronts(channel: KeeperChannel, program: SignerProgram, start: ForkDoor): void {
  let keeper: Keeper | undefined;
  let password: Secret | undefined;
  const records = recordsThrough(channel);
  const holder = askElsewhere((asked) => channel.send(asked), Number.POSITIVE_INFINITY);
  channel.onMessage((message) => {
    switch (message.kind) {
      case 'open':
        // Only once: what is opened later would not be the operator's.
        if (keeper !== undefined) return;
        password = Secret.bytes(message.password);
        keeper = keeperOf(channel, message, { ...program, start, password, records, holder });
        channel.send({ kind: 'opened' });
        return;
      case 'bytes':
        return keeper?.received(message.front, message.bytes);
      case 'control':
        return keeper?.opensControl(message.front);
      case 'gone':
        return keeper?.gone(message.front);
      case 'state-kept':
        return records.kept(message.n, message.isKept);
      case 'signed-elsewhere':
        return holder.take(message);
    }
  });
  channel.onEnd(() => {
    password?.wipe();
    void keeper?.close();
  });
}

function keeperOf(
  channel: KeeperChannel,
  { storeId, slot, rules, count, state, mayCreate = false }: KeeperOpening,
  means: SignerProgram & { readonly password: Secret; readonly records: RecordFile; readonly holder: KeyHolder },
): Keeper {
  const { password, records, ...program } = means;
  let kept: KeeperBook | undefined;
  return serveKeeper({
    rules,
    storeId,
    counter: () => kept?.counter ?? 0,
    mayCreate,
    onCreated: (wallet) => channel.send({ kind: 'created', wallet }),
    onFrozen: (text) => channel.send({ kind: 'frozen', text }),
    makeSigner({ slots }) {
      // One whose start failed has learned nothing.
      const made = keeperBook(storeId, state && { ...records, bytes: state });
      kept = made;
      return createSignerClient({
        ...program,
        slots,
        storeId,
        rules,
        count,
        // Each signer has its own: `close` wipes it.
        password: Secret.bytes(password.exposeBytes().slice()),
        ...(slot !== undefined && { slot }),
        log: signerLog(channel),
        onRestart: () => channel.send({ kind: 'signer-replaced' }),
        book: made.book,
        onStateKey: made.load,
      });
    },
    send: (front, bytes) => channel.send({ kind: 'bytes', front, bytes }),
    refuse: (front, code) => channel.send({ kind: 'refused', front, code }),
  });
}

interface Records extends RecordFile {
  /** The other side has kept record `n`, or could not. */
  kept(n: number, isKept: boolean): void;
}

/** The keeper opens no file: whoever started it keeps what it seals. */
function recordsThrough(channel: KeeperChannel): Records {
  const waiting = new Map<number, (isKept: boolean) => void>();
  let last = 0;
  const send = (manner: 'append' | 'replace', bytes: Uint8Array): Promise<void> => {
    const n = ++last;
    return new Promise((resolve, reject) => {
      waiting.set(n, (isKept) => {
        if (isKept) resolve();
        else reject(new CustosError('KEEPER_STATE_UNWRITTEN', 'the state could not be written'));
      });
      channel.send({ kind: 'state', n, manner, bytes });
    });
  };
  return {
    append: (bytes) => send('append', bytes),
    replace: (bytes) => send('replace', bytes),
    kept(n, isKept) {
      waiting.get(n)?.(isKept);
      waiting.delete(n);
    },
  };
}

/** Two events are told, by two fields of known forms; the keeper writes nothing itself. */
function signerLog(channel: KeeperChannel): Log {
  const pidOf = ({ signer }: Readonly<Record<string, unknown>>) => (typeof signer === 'number' ? signer : undefined);
  return {
    debug: () => undefined,
    error: () => undefined,
    info: (fields) => channel.send({ kind: 'signer-started', pid: pidOf(fields) }),
    warn: (fields) => channel.send({ kind: 'signer-ended', pid: pidOf(fields), exit: String(fields['exit']) }),
  };
}
