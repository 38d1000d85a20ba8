import type { Duplex } from 'node:stream';
import { CustosError } from '../../core/errors.js';
import { type Log, tell } from '../../core/log.js';
import type { FrontSettings } from '../config/front-settings.js';
import type { OwnKeeper } from '../daemon/own-keeper.js';
import type { FromFront, ToFront } from './messages.js';

/** The front's end of the channel to its supervisor. */
export interface FrontChannel {
  send(message: FromFront): void;
  onMessage(listener: (message: ToFront) => void): void;
  /** Opens the stream to the keeper; called once. */
  stream(): Duplex;
}

type KeeperMessage = Extract<ToFront, { kind: 'keeper-event' }>;

/** What a front has of its supervisor: settings, the way to the keeper, and when to stop. */
export class FrontLink implements OwnKeeper {
  readonly #channel: FrontChannel;
  readonly #stop = new AbortController();
  /** Process ids. */
  readonly #signers = new Set<unknown>();
  /** A first signer that ended before it opened the store: with a wrong password that is no news. */
  #waiting: KeeperMessage[] | undefined = [];
  #log: Log | undefined;
  #isConnected = false;
  #replaced: () => void = () => undefined;
  #begin: (settings: FrontSettings) => void = () => undefined;
  #ready: () => void = () => undefined;
  /** Resolves to the settings, which come first. */
  readonly settings = new Promise<FrontSettings>((resolve) => {
    this.#begin = resolve;
  });
  readonly #keeperReady = new Promise<void>((resolve) => {
    this.#ready = resolve;
  });

  constructor(channel: FrontChannel) {
    this.#channel = channel;
    channel.onMessage((message) => this.#take(message));
  }

  get name(): string {
    if (this.#signers.size === 0) return 'signer process (not running)';
    return [...this.#signers].map((pid) => `signer process ${pid}`).join(', ');
  }

  /** Its reason is the name of a signal, if one was the reason. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  async connect(storeId: string): Promise<Duplex> {
    // The stream is the only one: a daemon that lost its keeper ends.
    if (this.#isConnected) throw new CustosError('SIGNER_UNREACHABLE', 'the keeper of this daemon is gone');
    this.#isConnected = true;
    this.#channel.send({ kind: 'keeper-needed', storeId });
    await this.#keeperReady;
    return this.#channel.stream();
  }

  onLost(): void {
    this.#channel.send({ kind: 'keeper-lost' });
  }

  onReplaced(listener: () => void): void {
    this.#replaced = listener;
  }

  /** Events of the keeper are logged here from now on. Until a signer has started, they wait. */
  logTo(log: Log): void {
    this.#log = log;
  }

  /** Logs what waits, because the start failed for another reason than the password. */
  tellWaiting(): void {
    for (const message of this.#waiting ?? []) this.#tell(message);
    this.#waiting = undefined;
  }

  #take(message: ToFront): void {
    switch (message.kind) {
      case 'begin':
        this.#begin(message.settings);
        break;
      case 'keeper-ready':
        this.#ready();
        break;
      case 'keeper-event':
        this.#note(message);
        break;
      case 'signer-replaced':
        this.#replaced();
        break;
      case 'stop':
        this.#stop.abort(message.signal);
    }
  }

  #note(message: KeeperMessage): void {
    const { signer } = message.fields;
    if (message.event === 'signer-started') this.#signers.add(signer);
    if (message.event === 'signer-ended') this.#signers.delete(signer);
    if (this.#signers.size > 0) this.tellWaiting();
    if (this.#waiting === undefined) this.#tell(message);
    else this.#waiting.push(message);
  }

  #tell({ event, fields }: KeeperMessage): void {
    if (this.#log !== undefined) tell(this.#log, event, fields);
  }
}
