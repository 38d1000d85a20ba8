import type { Duplex } from 'node:stream';
import { asCustosError, CustosError } from '../../core/errors.js';
import { type Asked, parseAnswers } from '../answers.js';
import { keeperCodes } from '../control/answer-codes.js';
import type { Answer } from '../messages.js';
import { refusalOf } from '../refusal.js';
import { withItsBytes } from './answers.js';
import { FrameReader, framesOf, requireFrame } from './frames.js';
import { type FrontQuestion, questionText } from './questions.js';

interface Waiting {
  readonly question: FrontQuestion;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: CustosError) => void;
}

/** One connection of a front to a keeper, and the questions that it has not answered. */
export class KeeperConnection {
  readonly #stream: Duplex;
  readonly #patience: number;
  readonly #reader = new FrameReader();
  readonly #waiting = new Map<number, Waiting>();
  /** Questions to send together at the end of this turn of the event loop. */
  #outbox: string[] = [];
  #lastNumber = 0;
  #silence: NodeJS.Timeout | undefined;
  #lost: CustosError | undefined;
  #tellLost: () => void = () => undefined;
  /** Resolves when it is lost, or closed. */
  readonly lost: Promise<void>;

  /** @param patience - milliseconds in which the keeper must answer something, as long as it has questions */
  constructor(stream: Duplex, patience: number) {
    this.#stream = stream;
    this.#patience = patience;
    this.lost = new Promise((resolve) => {
      this.#tellLost = resolve;
    });
    stream.on('data', (bytes: Uint8Array) => this.#receive(bytes));
    stream.on('error', () => undefined);
    stream.on('close', () => this.#lose(away('the connection to the signer service was lost')));
    stream.on('end', () => this.#lose(away('the signer service ended the connection')));
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /**
   * @param make - the question under its number
   * @throws CustosError SIGNER_UNREACHABLE, SIGNER_PROTOCOL, TRANSACTION_TOO_LARGE, and what the keeper answers
   */
  async ask(make: (n: number) => FrontQuestion): Promise<Answer> {
    if (this.#lost !== undefined) throw this.#lost;
    this.#lastNumber += 1;
    const question = make(this.#lastNumber);
    const text = questionText(question);
    requireFrame(text);
    return new Promise((resolve, reject) => {
      this.#waiting.set(question.n, { question, resolve, reject });
      this.#outbox.push(text);
      if (this.#outbox.length === 1) setImmediate(() => this.#send());
      this.#silence ??= setTimeout(
        () => this.#lose(new CustosError('SIGNER_TIMEOUT', 'the signer service did not answer in time')),
        this.#patience,
      );
    });
  }

  close(): void {
    this.#lose(away('the connection to the signer service was closed'));
  }

  #send(): void {
    const texts = this.#outbox;
    this.#outbox = [];
    if (this.#lost !== undefined) return;
    try {
      for (const frame of framesOf(texts)) this.#stream.write(frame);
    } catch (error) {
      this.#lose(asCustosError(error));
    }
  }

  #receive(bytes: Uint8Array): void {
    if (this.#lost !== undefined) return;
    try {
      for (const value of this.#reader.push(bytes)) this.#take(withItsBytes(value));
    } catch {
      this.#lose(new CustosError('SIGNER_PROTOCOL', 'the signer service does not keep to the protocol'));
      return;
    }
    if (this.#waiting.size > 0) {
      this.#silence?.refresh();
      return;
    }
    clearTimeout(this.#silence);
    this.#silence = undefined;
  }

  #take(value: unknown): void {
    const answers = parseAnswers(value, (n) => this.#asked(n), keeperCodes);
    for (const answer of answers) {
      const waiting = this.#waiting.get(answer.n);
      this.#waiting.delete(answer.n);
      if (answer.kind !== 'failed') waiting?.resolve(answer);
      else if (answer.n === 0) this.#lose(refusalOf(answer.code, { kind: 'unlock' }));
      else waiting?.reject(refusedQuestion(answer.code, waiting.question));
    }
  }

  #asked(n: number): Asked | undefined {
    // A failure of number 0 is about the whole connection.
    if (n === 0) return { kind: 'unlock', n };
    const question = this.#waiting.get(n)?.question;
    if (question?.kind === 'hello') return { kind: 'unlock', n };
    return question;
  }

  #lose(error: CustosError): void {
    if (this.#lost !== undefined) return;
    this.#lost = error;
    clearTimeout(this.#silence);
    this.#outbox = [];
    this.#stream.destroy();
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    this.#tellLost();
  }
}

function refusedQuestion(code: CustosError['code'], question: FrontQuestion): CustosError {
  return refusalOf(code, question.kind === 'hello' ? { kind: 'unlock' } : question);
}

function away(text: string): CustosError {
  return new CustosError('SIGNER_UNREACHABLE', text);
}
