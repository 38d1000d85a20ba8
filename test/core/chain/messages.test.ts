import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type MessageContent,
  messageContent,
  messageKinds,
  messageText,
  readMessage,
  readSignedMessage,
  signedMessageText,
} from '../../../src/core/chain/message-content.js';
import { CustosError } from '../../../src/core/errors.js';

const refused = expect.objectContaining({ code: 'MESSAGE_INVALID' });

const contents: fc.Arbitrary<MessageContent> = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes): MessageContent => ({ kind: 'message', bytes: Uint8Array.from(bytes) })),
  fc
    .string({ unit: 'binary' })
    .map((text): MessageContent => messageContent({ kind: 'message', text: Buffer.from(text).toString() })),
  fc.string().map((json): MessageContent => ({ kind: 'typed-data', json })),
  fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((bytes): MessageContent => ({ kind: 'hash', hash: Uint8Array.from(bytes) })),
);

describe('the content of a message', () => {
  it('a content that was written is read as it was', () => {
    fc.assert(
      fc.property(contents, (content) => {
        expect(readMessage(messageText(content), content.kind)).toEqual(content);
      }),
    );
  });

  it('a text and its UTF-8 bytes are one content', () => {
    const bytes = new TextEncoder().encode('\ufeffzürich');
    const [text, raw] = [
      messageContent({ kind: 'message', text: '\ufeffzürich' }),
      messageContent({ kind: 'message', bytes }),
    ];
    expect(messageText(text)).toBe(messageText(raw));
    expect(messageText(text)).toBe('{"kind":"message","text":"\ufeffzürich"}');
    expect(messageText(messageContent({ kind: 'message', bytes: Uint8Array.of(255) }))).toBe(
      '{"kind":"message","hex":"ff"}',
    );
  });

  it('a content in another form than the one that is written is refused', () => {
    for (const text of [
      '{"kind":"message","hex":"61"}',
      '{"kind":"message","text":"a","text":"a"}',
      '{"kind":"message", "text":"a"}',
      '{"kind":"message","text":"a","more":1}',
      '{"kind":"message","hex":"FF"}',
      '{"kind":"message"}',
      '{"kind":"message","text":"\\ud800"}',
      '["message"]',
      'null',
      '',
    ]) {
      expect(() => readMessage(text, 'message'), text).toThrow(refused);
    }
    expect(() => readMessage('{"kind":"message","text":"a"}', 'hash')).toThrow(refused);
    expect(() => readMessage(`{"kind":"hash","hex":"${'00'.repeat(31)}"}`, 'hash')).toThrow(refused);
    expect(() => readMessage('{"kind":"typed-data","json":{}}', 'typed-data')).toThrow(refused);
  });

  it('a content that is too long is refused', () => {
    expect(() => messageContent({ kind: 'message', text: 'a'.repeat(262_144) })).not.toThrow();
    expect(() => messageContent({ kind: 'message', text: 'a'.repeat(262_145) })).toThrow(refused);
    expect(() => messageContent({ kind: 'message', text: 'ü'.repeat(131_073) })).toThrow(refused);
    expect(() => messageContent({ kind: 'message', bytes: new Uint8Array(262_145) })).toThrow(refused);
    expect(() => messageContent({ kind: 'typed-data', json: ' '.repeat(262_145) })).toThrow(refused);
    expect(() => messageContent({ kind: 'hash', bytes: new Uint8Array(33) })).toThrow(refused);
  });

  it('whatever text is read as a content, it is read or refused with its code', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.constantFrom(...messageKinds), (text, kind) => {
        try {
          readMessage(text, kind);
        } catch (error) {
          expect(error).toBeInstanceOf(CustosError);
          expect(error).toMatchObject({ code: 'MESSAGE_INVALID' });
        }
      }),
    );
  });
});

describe('the signature of a message', () => {
  it('a signature that was written is read as it was, and nothing else is read', () => {
    for (const signed of [{ signature: '0x01' }, { signature: 'a', publicKey: 'b' }]) {
      expect(readSignedMessage(signedMessageText(signed))).toEqual(signed);
    }
    for (const text of [
      '',
      '{}',
      '{"signature":1}',
      '{"signature":"a","more":1}',
      '{"publicKey":"b","signature":"a"}',
    ]) {
      expect(() => readSignedMessage(text), text).toThrow(expect.objectContaining({ code: 'SIGNATURE_INVALID' }));
    }
  });
});
