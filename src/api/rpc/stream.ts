import { CustosError } from '../../core/errors.js';

/** The most text of one message, in characters. */
const MOST = 1024 * 1024;

/**
 * Cuts a stream of JSON values, as Ethereum's clients write them into sockets: some put an end of line behind each, others
 * nothing. It looks at brackets and texts alone; what is between them is for the parser.
 */
export class JsonStream {
  #text = '';
  #at = 0;
  #depth = 0;
  #isText = false;
  #isEscaped = false;

  /**
   * @returns the messages that are whole now
   * @throws CustosError REQUEST_TOO_LARGE; CALL_INVALID: something that is no object or list; nothing more can be read
   */
  push(part: string): readonly string[] {
    const whole: string[] = [];
    this.#text += part;
    for (; this.#at < this.#text.length; this.#at++) {
      if (!this.#ends(this.#text.charAt(this.#at))) continue;
      whole.push(this.#text.slice(0, this.#at + 1));
      this.#text = this.#text.slice(this.#at + 1);
      this.#at = -1;
    }
    if (this.#text.length > MOST)
      throw new CustosError('REQUEST_TOO_LARGE', `a message has at most ${MOST} characters`);
    return whole;
  }

  /** Whether a message ends with this character. */
  #ends(character: string): boolean {
    if (this.#isText) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (character === '\\') this.#isEscaped = true;
      else if (character === '"') this.#isText = false;
      return false;
    }
    if (character === '"') this.#isText = true;
    if (character === '{' || character === '[') this.#depth += 1;
    else if (character === '}' || character === ']') {
      this.#depth -= 1;
      if (this.#depth < 0) throw new CustosError('CALL_INVALID', 'a bracket closes that was not opened');
      return this.#depth === 0;
    } else if (this.#depth === 0 && !/\s/.test(character))
      throw new CustosError('CALL_INVALID', 'a message is an object or a list');
    return false;
  }
}
