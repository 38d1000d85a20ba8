import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { askHidden } from '../../src/passphrase/prompt.js';

/** A terminal in memory: `input.write` types keys, and all output is kept. */
class TestTerminal {
  readonly shown: string[] = [];
  readonly raw: boolean[] = [];
  readonly input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (raw: boolean) => {
      this.raw.push(raw);
      return this.input;
    },
  }) as unknown as NodeJS.ReadStream & PassThrough;
  readonly output = {
    write: (text: string | Uint8Array) => {
      this.shown.push(String(text));
      return true;
    },
  };

  ask(question = 'Password: '): Promise<string> {
    return askHidden(question, this);
  }

  /** Asks, then types each piece as a separate chunk. */
  async type(...pieces: string[]): Promise<string> {
    const typed = async () => {
      for (const piece of pieces) {
        this.input.write(piece);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const [answer] = await Promise.all([this.ask(), typed()]);
    return answer;
  }
}

let terminal: TestTerminal;

beforeEach(() => {
  terminal = new TestTerminal();
});

describe('a hidden question', () => {
  it.each([
    ['typed key by key', ['a', 'b', 'c', '\r'], 'abc'],
    ['pasted in one piece', ['a password\r'], 'a password'],
    ['ended by a line feed', ['abc\n'], 'abc'],
    ['ended by both', ['abc\r\n'], 'abc'],
    ['empty', ['\r'], ''],
    ['corrected by backspace', ['abx', '\u007f', 'c\r'], 'abc'],
    ['corrected by the other backspace', ['abx\bc\r'], 'abc'],
    ['corrected more often than typed', ['a\u007f\u007f\u007fb\r'], 'b'],
    ['started again with Ctrl-U', ['wrong\u0015right\r'], 'right'],
    ['of letters beyond ASCII, taken back one by one', ['пä☕😀\u007f\u007f\r'], 'пä'],
    ['with cursor keys in it', ['a\u001b[Ab\u001b[1;5Cc\u001bOPd\u001b[3~\r'], 'abcd'],
    ['with an escape key in it', ['a\u001bb\r'], 'ab'],
    ['with control keys in it', ['a\u0001\u0007\tb\r'], 'ab'],
    ['with Ctrl-D in the middle', ['a\u0004b\r'], 'ab'],
  ])('accepts an answer that is %s', async (_name, pieces, expected) => {
    expect(await terminal.type(...pieces)).toBe(expected);
  });

  it('a hidden prompt shows the question but nothing of the answer', async () => {
    await terminal.type('a password\r');
    expect(terminal.shown).toEqual(['Password: ', '\n']);
  });

  it('a hidden prompt turns the echo off only while it waits', async () => {
    const answer = terminal.ask();
    expect(terminal.raw).toEqual([true]);
    terminal.input.write('x\r');
    await answer;
    expect(terminal.raw).toEqual([true, false]);
  });

  it('a hidden prompt leaves pasted text after the line to the next question', async () => {
    expect(await terminal.type('one\rtwo\r\nthree\n')).toBe('one');
    expect(await terminal.ask()).toBe('two');
    expect(await terminal.ask()).toBe('three');
  });

  it.each([
    ['Ctrl-C', 'abc\u0003'],
    ['Ctrl-D on an empty line', '\u0004'],
  ])('is cancelled by %s, and the echo comes back', async (_name, keys) => {
    await expect(terminal.type(keys)).rejects.toMatchObject({ code: 'CANCELLED_BY_USER' });
    expect(terminal.raw).toEqual([true, false]);
    expect(terminal.input.listenerCount('data')).toBe(0);
  });

  it('a hidden prompt is cancelled when the terminal goes away', async () => {
    const answer = terminal.ask();
    terminal.input.end('half a pass');
    await expect(answer).rejects.toMatchObject({ code: 'CANCELLED_BY_USER' });
    expect(terminal.raw).toEqual([true, false]);
  });

  it('a hidden prompt needs a terminal', async () => {
    const input = new PassThrough() as unknown as NodeJS.ReadStream;
    const { output, shown } = terminal;
    await expect(askHidden('Password: ', { input, output })).rejects.toMatchObject({ code: 'NO_TERMINAL' });
    expect(shown).toEqual([]);
  });

  it('a hidden prompt accepts any text without control characters unchanged, however it arrives', async () => {
    const letter = fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => text.replace(/\p{Cc}/gu, ''));
    await fc.assert(
      fc.asyncProperty(fc.array(letter, { maxLength: 5 }), async (pieces) => {
        const expected = pieces.join('');
        const answer = await new TestTerminal().type(...pieces.filter((piece) => piece !== ''), '\r');
        expect(answer).toBe(expected);
      }),
      { numRuns: 50 },
    );
  });
});
