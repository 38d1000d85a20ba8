import { CustosError } from '../../core/errors.js';
import { isCount, isObject, type JsonObject, tryJson } from '../../core/json.js';
import { repeatedMember } from '../../core/text/repeated-member.js';
import { splitLines } from '../../files/lines.js';
import { readParts } from '../../files/named-file.js';
import { refusedAs } from '../../files/refused.js';
import { hasOnly } from './leaf-of.js';
import { cutOff, type LogResult, LogVerifier } from './verify-log.js';
import { type LogKey, readLogKey, type WitnessedHead } from './witness.js';

/** What a sound export shows, and what it cannot show. */
export interface AuditProof {
  readonly store: string;
  readonly events: number;
  readonly logs: readonly LogResult[];
  readonly unknown: readonly string[];
}

/** Longest line that is read, in bytes and in characters. */
const LONGEST = 4 * 1024 * 1024;
const MOST_LOGS = 10_000;

/**
 * Checks an export with nothing but a public key.
 * @param lines - of the file, in their order   @param keyLine - as `custos audit key` prints it
 * @param witnessed - heads that were kept in another place
 * @throws CustosError AUDIT_BROKEN: the message names the first broken place; AUDIT_FILE_INVALID, AUDIT_KEY_INVALID
 */
export async function verifyExport(
  lines: AsyncIterable<string>,
  keyLine: string,
  witnessed: readonly WitnessedHead[] = [],
): Promise<AuditProof> {
  const reading = new Reading(readLogKey(keyLine), witnessed);
  let number = 0;
  for await (const line of lines) {
    number += 1;
    reading.line(line, number);
  }
  return reading.finish(number);
}

class Reading {
  readonly #key: LogKey;
  readonly #witnessed: readonly WitnessedHead[];
  readonly #logs = new Map<string, LogVerifier>();
  #announced = 0;
  #events = 0;
  #isAtEnd = false;

  constructor(key: LogKey, witnessed: readonly WitnessedHead[]) {
    this.#key = key;
    this.#witnessed = witnessed;
  }

  line(text: string, number: number): void {
    const value = text.length > LONGEST ? undefined : tryJson(text);
    if (number === 1) this.#head(value);
    else if (!isObject(value)) throw broken(number, 'is not a JSON object');
    else if (repeatedMember(text) !== undefined) throw broken(number, 'names a member twice');
    else if (this.#isAtEnd) throw broken(number, 'is behind the end');
    else if (hasOnly(value, ['end'])) this.#end(value, number);
    else this.#entry(value, number);
  }

  #entry(value: JsonObject, number: number): void {
    const { writer } = value;
    if (typeof writer !== 'string' || !/^[a-z0-9-]{1,64}$/.test(writer)) throw broken(number, 'names no log');
    const log = this.#logOf(writer, number);
    if (hasOnly(value, ['writer', 'checkpoint'])) {
      log.checkpoint(value['checkpoint'], number);
      return;
    }
    this.#events += 1;
    log.event(value, number);
  }

  finish(lines: number): AuditProof {
    if (lines === 0) throw new CustosError('AUDIT_FILE_INVALID', 'the file is empty');
    if (!this.#isAtEnd) throw broken(lines + 1, 'is missing: the export was cut off');
    if (this.#logs.size !== this.#announced) {
      throw broken(1, `announces ${this.#announced} logs, and the export has ${this.#logs.size}`);
    }
    const beside = new Map<string, number>();
    for (const log of this.#logs.values()) {
      for (const { writer, size } of log.signedBeside()) beside.set(writer, Math.max(size, beside.get(writer) ?? 0));
    }
    const logs = [...this.#logs].map(([writer, log]) => log.finish(beside.get(writer)));
    for (const log of this.#logs.values()) log.requireBeside(this.#logs);
    const unseen = this.#witnessed.find(({ writer, size }) => size > 0 && !this.#logs.has(writer));
    if (unseen !== undefined) throw cutOff(unseen, 0);
    const unknown = unknownOf(logs, this.#witnessed.length > 0);
    return { store: this.#key.storeId, events: this.#events, logs, unknown };
  }

  #head(value: unknown): void {
    if (!isObject(value) || value['custosAudit'] !== 1 || !isCount(value['logs'])) {
      throw new CustosError('AUDIT_FILE_INVALID', 'the first line is not that of an audit export');
    }
    if (value['store'] !== this.#key.storeId) {
      throw new CustosError('AUDIT_KEY_INVALID', 'the export is of another store than the key');
    }
    this.#announced = value['logs'];
  }

  #end({ end }: JsonObject, number: number): void {
    if (end !== this.#events) throw broken(number, `counts ${String(end)} events, and the export has ${this.#events}`);
    this.#isAtEnd = true;
  }

  #logOf(writer: string, number: number): LogVerifier {
    const known = this.#logs.get(writer);
    if (known !== undefined) return known;
    if (this.#logs.size >= MOST_LOGS) throw broken(number, 'begins one log too many');
    const log = new LogVerifier({
      ...this.#key,
      writer,
      witnessed: this.#witnessed.filter((head) => head.writer === writer),
    });
    this.#logs.set(writer, log);
    return log;
  }
}

function unknownOf(logs: readonly LogResult[], isWitnessed: boolean): readonly string[] {
  const texts = [
    isWitnessed
      ? 'whether events behind those that the witness saw were cut off: only a later head or export shows it'
      : 'whether events behind the last checkpoint were cut off: only a witness or a later export shows it',
  ];
  const erased = logs.reduce((sum, one) => sum + one.erased, 0);
  if (erased > 0) texts.push(`what ${erased} events said: they were pruned, and only their hashes are left`);
  const others = logs.reduce((sum, one) => sum + one.otherKeys, 0);
  if (others > 0)
    texts.push(`who signed ${others} checkpoints: they are of another key, such as one from before a rekey`);
  return texts;
}

function broken(line: number, what: string): CustosError {
  return new CustosError('AUDIT_BROKEN', `line ${line} ${what}`, { details: { line } });
}

/** The lines of a file. @throws CustosError AUDIT_FILE_INVALID: it cannot be read, or a line is too long */
export async function* linesOf(path: string): AsyncGenerator<string> {
  let number = 0;
  try {
    for await (const line of splitLines(readParts(path), LONGEST)) {
      number += 1;
      if (line === undefined) throw new CustosError('AUDIT_FILE_INVALID', `line ${number} of ${path} is too long`);
      yield line;
    }
  } catch (error) {
    refusedAs('AUDIT_FILE_INVALID')(error);
  }
}
