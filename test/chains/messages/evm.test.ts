import fc from 'fast-check';
import { hashMessage, recoverAddress, recoverMessageAddress } from 'viem';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../../src/chains/registry.js';
import { messageContent } from '../../../src/core/chain/message-content.js';
import { contextOf, keyOf } from '../signing.js';
import { parseMessage } from './messages.js';
import { rows, typedJson } from './typed-data-rows.js';

const registry = createRegistry();
const eth = registry.get('ETH');
const key = keyOf(eth);
const safeTransaction = messageContent({ kind: 'typed-data', json: typedJson(rows.safeTransaction) });
const hexed = (text: string) => text as `0x${string}`;

describe('messages of the Ethereum family', () => {
  it('a message of EIP-191 is hashed and signed as viem does it, whatever its bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const decoded = parseMessage(eth, messageContent({ kind: 'message', bytes }));
        expect(`0x${decoded.digest}`).toBe(hashMessage({ raw: bytes }));
        const { signature } = await decoded.sign([key]);
        const signer = await recoverMessageAddress({ message: { raw: bytes }, signature: hexed(signature) });
        expect(signer.toLowerCase()).toBe(key.address);
      }),
      { numRuns: 20 },
    );
  });

  it('a message says what is signed, by which standard, and that it costs nothing', () => {
    const { summary, effects } = parseMessage(eth, messageContent({ kind: 'message', text: 'I own\u202e this' }));
    expect(summary).toMatchObject({ kind: 'message', opaque: false, hazards: [], fee: { asset: 'ETH', amount: 0n } });
    expect(summary.text).toBe(`${key.address} signs the text "I own\\u{202e} this" (EIP-191)`);
    expect(effects).toEqual([
      {
        op: 'message',
        from: key.address,
        method: 'EIP-191',
        args: [{ name: 'text', value: 'I own\u202e this' }],
        data: Buffer.from('I own\u202e this').toString('hex'),
      },
      { op: 'fee', from: key.address, asset: 'ETH', amount: 0n },
    ]);
  });

  it('the hash of a Safe transaction in a message, by which a Safe counts its owner in, is opaque', async () => {
    const bytes = new Uint8Array(Buffer.from(parseMessage(eth, safeTransaction).digest, 'hex'));
    const { summary, effects, sign } = parseMessage(eth, messageContent({ kind: 'message', bytes }));
    const digits = Buffer.from(bytes).toString('hex');
    expect(effects[0]).toMatchObject({
      op: 'message',
      code: 'opaque-data',
      args: [{ name: 'bytes', value: `0x${digits}` }],
    });
    expect(summary).toMatchObject({ opaque: true, hazards: [{ kind: 'opaque-data' }] });
    expect(summary.text).toBe(`${key.address} signs the bytes 0x${digits} (EIP-191), whatever contracts take them for`);
    // The Safe takes 4 from a v of 31 and 32, and frames its hash.
    const { signature } = await sign([key]);
    const owner = await recoverAddress({ hash: hashMessage({ raw: bytes }), signature: hexed(signature) });
    expect(owner.toLowerCase()).toBe(key.address);
  });

  it.each([
    ['hello\n\tworld', false],
    ['', false],
    ['äöü €', false],
    ['0123456789abcdef0123456789ABCD-_', false],
    ['31 characters and a blank: 2^46.', true],
    ['a\u0000b', true],
    ['\u007f', true],
  ])('of contracts, the text %j is opaque: %s', (text, isOpaque) => {
    for (const id of ['ETH', 'TRON', 'VET']) {
      const chain = registry.get(id);
      const { effects, summary } = parseMessage(chain, messageContent({ kind: 'message', text }));
      expect([id, effects[0]?.code, summary.opaque]).toEqual([id, isOpaque ? 'opaque-data' : undefined, isOpaque]);
    }
    const { effects } = parseMessage(registry.get('XLM'), messageContent({ kind: 'message', text }));
    expect(effects[0]).not.toHaveProperty('code');
  });

  it('a hash is signed as it is, and is a hazard', async () => {
    const bytes = new Uint8Array(32).fill(9);
    const { summary, effects, sign } = parseMessage(eth, messageContent({ kind: 'hash', bytes }));
    expect(summary.hazards).toEqual([{ kind: 'blind-signature' }]);
    expect(summary.opaque).toBe(true);
    expect(effects[0]).toMatchObject({ op: 'hash', code: 'blind-signature', data: '09'.repeat(32) });
    const { signature } = await sign([key]);
    const signer = await recoverAddress({ hash: bytes, signature: hexed(signature) });
    expect(signer.toLowerCase()).toBe(key.address);
  });

  it('a message is signed by the key of its address only', async () => {
    const decoded = parseMessage(eth, messageContent({ kind: 'message', text: 'hello' }));
    await expect(decoded.sign([keyOf(eth, 0x22)])).rejects.toMatchObject({ code: 'SENDER_MISMATCH' });
    await expect(decoded.sign([])).rejects.toMatchObject({ code: 'KEY_MISSING' });
  });

  it('a chain with addresses in another style signs messages, too', async () => {
    const xdc = registry.get('XDC');
    const own = keyOf(xdc);
    const content = messageContent({ kind: 'message', text: 'hello' });
    const decoded = xdc.messages?.parse(content, contextOf(own));
    const { signature } = (await decoded?.sign([own])) ?? { signature: '' };
    const signer = await recoverMessageAddress({ message: 'hello', signature: hexed(signature) });
    expect(own.address).toBe(`xdc${signer.toLowerCase().slice(2)}`);
  });
});
