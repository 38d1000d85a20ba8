import { CustosError } from '../../core/errors.js';
import { parseJson } from '../../core/json.js';
import { utf8Text } from '../../core/text/text-bytes.js';

/** The version of the protocol between fronts and keeper: each frame begins with it. */
const VERSION = 1;
/** Bytes of the longest frame, without its head. One question with proofs of spent outputs may take some megabytes. */
const LONGEST = 16 * 1024 * 1024;
/** Bytes of one question or answer, so that it fits into a frame. */
const LONGEST_PART = LONGEST - 2;
/** Texts that are shorter together share a frame. */
const SHARED = 1024 * 1024;
/** Length (4 bytes, big-endian, of what follows the head) and version (1 byte). */
const HEAD = 5;

/**
 * Puts JSON texts into frames, several into one where they are short: a frame costs more than its content.
 * @throws CustosError TRANSACTION_TOO_LARGE: one text does not fit into a frame
 */
export function framesOf(texts: readonly string[]): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let shared: string[] = [];
  let size = 0;
  const close = () => {
    if (shared.length > 0) frames.push(frameOf(`[${shared.join(',')}]`));
    [shared, size] = [[], 0];
  };
  for (const text of texts) {
    const bytes = requireFrame(text);
    if (size + bytes > SHARED) close();
    shared.push(text);
    size += bytes;
  }
  close();
  return frames;
}

/**
 * Checks one text alone, so that only its own question fails.
 * @returns its length in bytes
 * @throws CustosError TRANSACTION_TOO_LARGE: it does not fit into a frame
 */
export function requireFrame(text: string): number {
  const bytes = Buffer.byteLength(text);
  if (bytes > LONGEST_PART) throw new CustosError('TRANSACTION_TOO_LARGE', 'the request is too large for a signer');
  return bytes;
}

function frameOf(text: string): Uint8Array {
  const body = Buffer.from(text, 'utf8');
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(body.length);
  head.writeUInt8(VERSION, HEAD - 1);
  return Buffer.concat([head, body]);
}

/** Takes a stream of bytes apart into frames. It keeps at most one frame, and refuses a longer one by its head alone. */
export class FrameReader {
  #parts: Uint8Array[] = [];
  #size = 0;

  /** @returns the JSON values of all frames that are complete now @throws CustosError SIGNER_PROTOCOL; read no more then */
  push(bytes: Uint8Array): unknown[] {
    if (bytes.length > 0) this.#parts.push(bytes);
    this.#size += bytes.length;
    const found: unknown[] = [];
    for (;;) {
      const body = this.#next();
      if (body === undefined) return found;
      found.push(jsonOf(body));
    }
  }

  #next(): Uint8Array | undefined {
    if (this.#size < HEAD) return undefined;
    const head = Buffer.from(this.#front(HEAD));
    const length = head.readUInt32BE();
    const version = head.readUInt8(HEAD - 1);
    if (version !== VERSION) throw foreign('another version of the protocol');
    if (length > LONGEST) throw foreign('a frame that is too long');
    if (this.#size < HEAD + length) return undefined;
    const whole = this.#front(HEAD + length);
    const [first = whole] = this.#parts;
    const rest = first.subarray(HEAD + length);
    this.#parts = [...(rest.length > 0 ? [rest] : []), ...this.#parts.slice(1)];
    this.#size -= HEAD + length;
    return whole.subarray(HEAD);
  }

  /** The first bytes in one piece; parts are joined only as far as it needs. */
  #front(length: number): Uint8Array {
    const [first = new Uint8Array()] = this.#parts;
    if (first.length >= length) return first.subarray(0, length);
    const joined = length > HEAD ? Buffer.concat(this.#parts) : undefined;
    if (joined === undefined) return Buffer.concat(this.#parts.slice(0, HEAD)).subarray(0, length);
    this.#parts = [joined];
    return joined.subarray(0, length);
  }
}

function jsonOf(body: Uint8Array): unknown {
  return parseJson(utf8Text(body) ?? '', () => foreign('a frame that is not JSON'));
}

function foreign(what: string): CustosError {
  return new CustosError('SIGNER_PROTOCOL', `the other side sent ${what}`);
}
