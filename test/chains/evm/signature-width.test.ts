import { type Hex, parseTransaction, recoverMessageAddress, recoverTransactionAddress } from 'viem';
import { expect, it } from 'vitest';
import { ethereum } from '../../../src/chains/evm/chains/ethereum.js';
import { messageContent } from '../../../src/core/chain/message-content.js';
import { parseMessage } from '../messages/messages.js';
import { contextOf, keyOf, legacyJson } from '../signing.js';

// One number of 256 begins with a zero byte. Signing is deterministic (RFC 6979), so both are always found.
const MOST = 3000;
const key = keyOf(ethereum);
const isShort = (number: string) => number.startsWith('00');

it('a transaction whose signature has a short number is from its sender, at any nonce', async () => {
  const short = { r: 0, s: 0 };
  for (let nonce = 0; nonce < MOST && !(short.r > 0 && short.s > 0); nonce++) {
    const decoded = ethereum.codec.parse(legacyJson({ nonce }), contextOf(key));
    const raw = (await decoded.sign([key])).raw as Hex;
    const { r = '0x', s = '0x' } = parseTransaction(raw);
    if (isShort(r.slice(2).padStart(64, '0'))) short.r += 1;
    else if (isShort(s.slice(2).padStart(64, '0'))) short.s += 1;
    else continue;
    expect((await recoverTransactionAddress({ serializedTransaction: raw as never })).toLowerCase()).toBe(key.address);
  }
  expect([short.r > 0, short.s > 0]).toEqual([true, true]);
});

it('a signature of a message has 65 bytes, however short its numbers are', async () => {
  const short = { r: 0, s: 0 };
  for (let at = 0; at < MOST && !(short.r > 0 && short.s > 0); at++) {
    const bytes = new Uint8Array([at >> 8, at & 255]);
    const { signature } = await parseMessage(ethereum, messageContent({ kind: 'message', bytes })).sign([key]);
    expect(signature).toMatch(/^0x[0-9a-f]{130}$/);
    if (isShort(signature.slice(2))) short.r += 1;
    else if (isShort(signature.slice(66))) short.s += 1;
    else continue;
    const signer = await recoverMessageAddress({ message: { raw: bytes }, signature: signature as Hex });
    expect(signer.toLowerCase()).toBe(key.address);
  }
  expect([short.r > 0, short.s > 0]).toEqual([true, true]);
});
