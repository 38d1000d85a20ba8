import { type ChildProcess, fork } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { CustosError } from '../../core/errors.js';
import { type Log, tell } from '../../core/log.js';
import { scopeText } from '../../core/policy/freeze.js';
import type { KeyHolder } from '../../core/signing/key-holder.js';
import { readFreezeText } from '../../policy/freeze-text.js';
import { endingOf } from '../../signing/ending.js';
import { type AskedElsewhere, answerElsewhere } from '../../signing/keeper/elsewhere.js';
import { lockedFork } from '../../signing/locked-fork.js';
import { keeperProgram } from '../signer/program.js';
import type { FromKeeper, KeeperOpening, ToKeeper } from './messages.js';
import type { StateFile } from './state-file.js';

/** A keeper in a child process, and the connections of its fronts. */
export interface StartedKeeper {
  readonly pid: number | undefined;
  /** Passes a front's bytes on, in both directions, until either side ends. */
  attach(stream: Duplex): void;
  /** The same for whoever came through the door of control. */
  attachControl(stream: Duplex): void;
  /** Resolves when it is gone, to how it ended. */
  readonly ended: Promise<string>;
  close(): Promise<void>;
}

/** Bytes that wait for a front that reads nothing; with more it loses its connection. */
const MOST_UNREAD = 64 * 1024 * 1024;

/** What a keeper is opened with; the bytes of the password are wiped here. */
interface Opening extends Omit<KeeperOpening, 'kind' | 'state'> {
  /** Where its state is kept; closed with the keeper. Without a file its state ends with it. */
  readonly file?: StateFile;
}

/** What a keeper needs of whoever starts it. */
interface KeeperWays {
  /** Called each time that a signer process took the place of a dead one. */
  readonly onReplaced?: () => void;
  /** Signs with keys outside; absent where none are reached. */
  readonly holder?: KeyHolder;
}

/**
 * Starts the keeper and gives it the password, whose bytes are wiped here before this resolves.
 * @param read - called once, while the keeper's program loads; when it fails, the keeper is ended
 * @throws CustosError SIGNER_DIED: it did not start
 */
export async function startKeeper(
  read: () => Promise<Opening>,
  log: Log,
  { onReplaced = () => undefined, holder }: KeeperWays = {},
): Promise<StartedKeeper> {
  const child = forked();
  const ended = new Promise<string>((resolve) => {
    child.once('error', () => resolve('an error'));
    child.once('exit', (code, signal) => resolve(endingOf(code, signal)));
  });
  const relay = createRelay(child, log);
  let keep: (state: State) => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    child.on('message', (message) => {
      const given = message as FromKeeper;
      if (given.kind === 'opened') resolve();
      else if (given.kind === 'signer-replaced') onReplaced();
      else if (given.kind === 'state') keep(given);
      else if (given.kind === 'sign-elsewhere') passOn(child, given, holder);
      else relay.take(given);
    });
  });
  const { file, ...opening } = await read().catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  keep = keepIn(child, file);
  try {
    child.send({ kind: 'open', ...opening, ...(file && { state: file.bytes }) } satisfies ToKeeper, () => undefined);
  } finally {
    opening.password.fill(0);
  }
  const failed = await Promise.race([opened, ended]);
  if (failed !== undefined) throw new CustosError('SIGNER_DIED', `the keeper ended with ${failed}`);
  return {
    pid: child.pid,
    attach: (stream) => relay.attach(stream),
    attachControl: (stream) => relay.attach(stream, 'control'),
    ended: ended.finally(relay.end),
    async close() {
      child.kill('SIGKILL');
      await ended;
      relay.end();
      await file?.close();
    },
  };
}

/** A key outside is asked from here, because the keeper has no network and no files. */
function passOn(child: ChildProcess, asked: AskedElsewhere, holder: KeyHolder | undefined): void {
  void answerElsewhere(asked, holder).then((answer) => {
    if (child.connected) child.send(answer satisfies ToKeeper, () => undefined);
  });
}

type State = Extract<FromKeeper, { kind: 'state' }>;

/** Keeps what the keeper has sealed, in its order, and says when it is on the disk. */
function keepIn(child: ChildProcess, file: StateFile | undefined): (state: State) => void {
  let last: Promise<void> = Promise.resolve();
  return ({ n, manner, bytes }) => {
    last = last.then(async () => {
      const isKept = await (file?.[manner](bytes) ?? Promise.reject()).then(
        () => true,
        () => false,
      );
      if (child.connected) child.send({ kind: 'state-kept', n, isKept } satisfies ToKeeper, () => undefined);
    });
  };
}

interface Relay {
  attach(stream: Duplex, door?: 'control'): void;
  take(message: Exclude<FromKeeper, { kind: 'opened' | 'signer-replaced' | 'state' | 'sign-elsewhere' }>): void;
  end(): void;
}

/** Moves bytes and reads none of them: what a front sent is taken apart in the keeper, which is locked down. */
function createRelay(child: ChildProcess, log: Log): Relay {
  const streams = new Map<number, Duplex>();
  let last = 0;
  const send = (message: ToKeeper, done: () => void = () => undefined) => {
    // When the keeper is gone, the streams are ended by whoever waits for its end.
    if (child.connected) child.send(message, done);
  };
  return {
    attach(stream, door) {
      last += 1;
      const front = last;
      if (door === 'control') send({ kind: 'control', front });
      streams.set(front, stream);
      stream.on('error', () => undefined);
      stream.on('data', (bytes: Uint8Array) => {
        // One piece at a time: a front that sends faster than the keeper reads has to wait.
        stream.pause();
        send({ kind: 'bytes', front, bytes }, () => stream.resume());
      });
      stream.on('close', () => {
        streams.delete(front);
        send({ kind: 'gone', front });
      });
    },
    take(message) {
      switch (message.kind) {
        case 'signer-started':
          return tell(log, 'signer-started', { signer: message.pid });
        case 'signer-ended':
          return tell(log, 'signer-ended', { signer: message.pid, exit: message.exit });
        case 'created':
          return tell(log, 'wallet-created', { ...message.wallet });
        case 'frozen':
          return tellFrozen(log, message.text);
        case 'refused':
          tell(log, 'front-refused', { code: message.code });
          return void streams.get(message.front)?.end(() => streams.get(message.front)?.destroy());
        case 'bytes': {
          const stream = streams.get(message.front);
          stream?.write(message.bytes);
          if (stream !== undefined && stream.writableLength > MOST_UNREAD) stream.destroy();
        }
      }
    },
    end() {
      for (const stream of streams.values()) stream.destroy();
      streams.clear();
    },
  };
}

function tellFrozen(log: Log, text: string): void {
  const { id, scope, reason, at } = readFreezeText(text).freeze;
  tell(log, 'frozen', { freeze: id, scope: scopeText(scope), reason, at });
}

function forked(): ChildProcess {
  const { program, nodeFlags } = keeperProgram();
  try {
    return fork(program, [], lockedFork(nodeFlags));
  } catch (cause) {
    throw new CustosError('SIGNER_DIED', 'the keeper could not be started', { cause });
  }
}
