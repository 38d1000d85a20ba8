import {
  Message,
  MessageComputer,
  Address as MultiversxAddress,
  UserPublicKey,
  UserVerifier,
} from '@multiversx/sdk-core';
import { ed25519 } from '@noble/curves/ed25519.js';
import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { sha3_256 } from '@noble/hashes/sha3.js';
import { base58, base64, hex } from '@scure/base';
import { verifyBytes } from 'algosdk';
import fc from 'fast-check';
import { utils as tron } from 'tronweb';
import { recoverMessageAddress } from 'viem';
import { describe, expect, it } from 'vitest';
import { verifyKeypairSignature } from 'xrpl';
import { createRegistry } from '../../../src/chains/registry.js';
import { messageContent, type SignedMessage } from '../../../src/core/chain/message-content.js';
import type { Network } from '../../../src/core/ids.js';
import { type TestKey, testKey } from '../../support/test-key.js';
import { keyOf } from '../signing.js';

const registry = createRegistry();
const chainOf = (id: string) => registry.get(id);
const utf8 = (text: string) => new TextEncoder().encode(text);

async function signedBy(
  id: string,
  key: TestKey,
  content: string | Uint8Array,
  network: Network = 'testnet',
): Promise<SignedMessage> {
  const given = typeof content === 'string' ? { text: content } : { bytes: content };
  const context = { network, from: key.address, signers: [key] };
  const decoded = chainOf(id).messages?.parse(messageContent({ kind: 'message', ...given }), context);
  if (decoded === undefined) throw new Error(`${id} signs no messages`);
  return decoded.sign([key]);
}

describe("messages of Bitcoin's family", () => {
  const bitcoin = chainOf('BTC');
  const wif = (text: string, scheme?: string) => {
    const privateKey = bitcoin.keys.decodePrivateKey(text, 'mainnet');
    const own =
      scheme === undefined ? undefined : (bitcoin.keys.derivations?.[scheme]?.address ?? bitcoin.keys.hd?.address);
    const publicKey = bitcoin.keys.publicKey(privateKey);
    return testKey(bitcoin, privateKey, (own ?? bitcoin.keys.address)(publicKey, 'mainnet'));
  };

  // https://github.com/bitcoin/bips/blob/master/bip-0322.mediawiki, test vectors
  it.each([
    [
      '',
      'AkcwRAIgM2gBAQqvZX15ZiysmKmQpDrG83avLIT492QBzLnQIxYCIBaTpOaD20qRlEylyxFSeEA2ba9YOixpX8z46TSDtS40ASECx/EgAxlkQpQ9hYjgGu6EBCPMVPwVIVJqO4XCsMvViHI=',
    ],
    [
      'Hello World',
      'AkcwRAIgZRfIY3p7/DoVTty6YZbWS71bc5Vct9p9Fia83eRmw2QCICK/ENGfwLtptFluMGs2KsqoNSk89pO7F29zJLUx9a/sASECx/EgAxlkQpQ9hYjgGu6EBCPMVPwVIVJqO4XCsMvViHI=',
    ],
  ])(
    'a segwit address signs for the message "%s" of BIP-322 what the published signature signs',
    async (message, published) => {
      const key = wif('L3VFeEujGtevx9w18HD1fhRbCH67Az2dpCymeRE1SoPK6XQtaN2k', 'bip84');
      expect(key.address).toBe('bc1q9vza2e8x573nczrlzms0wvx3gsqjx7vavgkx0l');
      const [own, theirs] = [(await signedBy('BTC', key, message, 'mainnet')).signature, published].map(readWitness);
      const digest = digestOf('BTC', key, message);
      // Bitcoin Core tries nonces until r is low, so its signature is another one of the same hash.
      for (const items of [own, theirs]) {
        const [signature = new Uint8Array(), publicKey = new Uint8Array()] = items ?? [];
        expect(hex.encode(publicKey)).toBe(hex.encode(key.publicKey));
        expect(signature.at(-1)).toBe(1);
        const options = { prehash: false, format: 'der' } as const;
        expect(secp256k1.verify(signature.slice(0, -1), digest, publicKey, options)).toBe(true);
      }
    },
  );

  it('a taproot address signs by BIP-322 with a witness of one signature', async () => {
    const key = wif('L3VFeEujGtevx9w18HD1fhRbCH67Az2dpCymeRE1SoPK6XQtaN2k', 'bip86');
    expect(key.address).toBe('bc1ppv609nr0vr25u07u95waq5lucwfm6tde4nydujnu8npg4q75mr5sxq8lt3');
    const witness = base64.decode((await signedBy('BTC', key, 'Hello World', 'mainnet')).signature);
    expect(witness.subarray(0, 2)).toEqual(Uint8Array.of(1, 64));
    expect(witness).toHaveLength(66);
    // The address is its key, tweaked (BIP-86).
    const point = bytesOfBech32(key.address, 1);
    expect(schnorr.verify(witness.subarray(2), digestOf('BTC', key, 'Hello World'), point)).toBe(true);
  });

  // https://github.com/spesmilo/electrum/blob/master/tests/test_bitcoin.py, test_msg_signing
  it('an old address signs what a published signature of Electrum signs', async () => {
    const key = wif('L1TnU2zbNaAqMoVh65Cyvmcjzbrj41Gs9iTLcWbpJCMynXuap6UN');
    expect(key.address).toBe('15hETetDmcXm1mM4sEf7U2KXC9hDHFMSzz');
    const message = 'Chancellor on brink of second bailout for banks';
    const published = 'Hzsu0U/THAsPz/MSuXGBKSULz2dTfmrg1NsAhFp+wH5aKfmX4Db7ExLGa7FGn0m6Mf43KsbEOWpvUUUBTM3Uusw=';
    const digest = digestOf('BTC', key, message);
    for (const one of [published, (await signedBy('BTC', key, message, 'mainnet')).signature]) {
      const [flag = 0, ...rest] = base64.decode(one);
      const recovered = secp256k1.recoverPublicKey(Uint8Array.of(flag - 31, ...rest), digest, { prehash: false });
      expect(hex.encode(recovered)).toBe(hex.encode(key.publicKey));
    }
  });

  it.each([
    ['BTC', '\x18Bitcoin Signed Message:\n'],
    ['LTC', '\x19Litecoin Signed Message:\n'],
    ['DOGE', '\x19Dogecoin Signed Message:\n'],
    ['BCH', '\x18Bitcoin Signed Message:\n'],
  ])('%s has its own beginning of messages', async (id, prefix) => {
    const key = keyOf(chainOf(id));
    for (const length of [0, 252, 253, 70_000]) {
      const message = 'a'.repeat(length);
      const size = length < 253 ? [length] : length < 65_536 ? [253, 253, 0] : [254, 0x70, 0x11, 1, 0];
      const hash = sha256(sha256(Uint8Array.from([...utf8(prefix), ...size, ...utf8(message)])));
      const [flag = 0, ...rest] = base64.decode((await signedBy(id, key, message)).signature);
      const recovered = secp256k1.recoverPublicKey(Uint8Array.of(flag - 31, ...rest), hash, { prehash: false });
      expect(hex.encode(recovered)).toBe(hex.encode(key.publicKey));
    }
  });

  it('a script address has no standard, and a taproot one none for hashes', () => {
    const { messages } = bitcoin;
    const key = keyOf(bitcoin);
    const context = (from: string) => ({ network: 'mainnet' as const, from, signers: [key] });
    const refused = expect.objectContaining({ code: 'MESSAGE_UNSUPPORTED' });
    const text = messageContent({ kind: 'message', text: 'a' });
    expect(() => messages?.parse(text, context('3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy'))).toThrow(refused);
    const hash = messageContent({ kind: 'hash', bytes: new Uint8Array(32) });
    const taproot = 'bc1ppv609nr0vr25u07u95waq5lucwfm6tde4nydujnu8npg4q75mr5sxq8lt3';
    expect(() => messages?.parse(hash, context(taproot))).toThrow(refused);
  });

  it('a hash is signed as r and s, with the public key beside it', async () => {
    const key = keyOf(bitcoin);
    const hash = new Uint8Array(32).fill(5);
    const context = { network: 'testnet' as const, from: key.address, signers: [key] };
    const signed = await bitcoin.messages?.parse(messageContent({ kind: 'hash', bytes: hash }), context).sign([key]);
    expect(signed?.publicKey).toBe(hex.encode(key.publicKey));
    const isRight = secp256k1.verify(hex.decode(signed?.signature ?? ''), hash, key.publicKey, { prehash: false });
    expect(isRight).toBe(true);
  });
});

describe('messages of chains with ed25519 keys', () => {
  // https://github.com/stellar/stellar-protocol/blob/master/ecosystem/sep-0053.md, test cases
  it.each([
    [utf8('Hello, World!'), 'fO5dbYhXUhBMhe6kId/cuVq/AfEnHRHEvsP8vXh03M1uLpi5e46yO2Q8rEBzu3feXQewcQE5GArp88u6ePK6BA=='],
  ])('Stellar signs the message of SEP-53 as published', async (message, signature) => {
    const stellar = chainOf('XLM');
    const seed = stellar.keys.decodePrivateKey('SAKICEVQLYWGSOJS4WW7HZJWAHZVEEBS527LHK5V4MLJALYKICQCJXMW', 'mainnet');
    const key = testKey(stellar, seed);
    expect(key.address).toBe('GBXFXNDLV4LSWA4VB7YIL5GBD7BVNR22SGBTDKMO2SBZZHDXSKZYCP7L');
    expect(await signedBy('XLM', key, message)).toEqual({ signature });
  });

  it('Solana signs version 1 of off-chain messages, byte for byte as @solana/offchain-messages writes them', async () => {
    const solana = chainOf('SOL');
    // compileOffchainMessageV1Envelope of @solana/offchain-messages for this signer and content
    const recorded =
      'ff736f6c616e61206f6666636861696e01017f606bfa9885d0e049fb7197808b565065468a328d99da6e38277ab5783756b95369676e20696e20746f204578616d706c6520417070';
    const signer = '9aE476sH92Vz7DMPyq5WLPkrKWivxeuTKEFKd2sZZcde';
    const asked: Uint8Array[] = [];
    const key = {
      address: signer,
      publicKey: base58.decode(signer),
      sign: async (_: string, bytes: Uint8Array) => {
        asked.push(bytes);
        return new Uint8Array(64);
      },
    };
    const content = messageContent({ kind: 'message', text: 'Sign in to Example App' });
    const decoded = solana.messages?.parse(content, { network: 'mainnet', from: signer, signers: [key] });
    await expect(decoded?.sign([key])).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    expect(asked.map(hex.encode)).toEqual([recorded]);
    const own = keyOf(solana);
    const framed = Uint8Array.from([...hex.decode(recorded.slice(0, 36)), ...own.publicKey, ...utf8('zürich')]);
    const { signature } = await signedBy('SOL', own, 'zürich');
    expect(ed25519.verify(base58.decode(signature), framed, own.publicKey)).toBe(true);
  });

  it('Solana refuses what is no text, and an empty message', async () => {
    const refused = expect.objectContaining({ code: 'MESSAGE_INVALID' });
    await expect(signedBy('SOL', keyOf(chainOf('SOL')), Uint8Array.of(255))).rejects.toEqual(refused);
    await expect(signedBy('SOL', keyOf(chainOf('SOL')), '')).rejects.toEqual(refused);
  });

  it('Algorand signs bytes that algosdk verifies', async () => {
    const key = keyOf(chainOf('ALGO'));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 99 }), async (bytes) => {
        const { signature } = await signedBy('ALGO', key, Uint8Array.from(bytes));
        expect(verifyBytes(bytes, base64.decode(signature), key.address)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('MultiversX signs messages that its own library verifies', async () => {
    const key = keyOf(chainOf('EGLD'));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 99 }), async (bytes) => {
        const { signature } = await signedBy('EGLD', key, Uint8Array.from(bytes));
        const address = MultiversxAddress.newFromBech32(key.address);
        const framed = new MessageComputer().computeBytesForVerifying(new Message({ data: bytes, address }));
        const verifier = new UserVerifier(new UserPublicKey(key.publicKey));
        expect(verifier.verify(framed, hex.decode(signature))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('Cardano signs a COSE_Sign1 as its message-signing library writes it', async () => {
    const cardano = chainOf('ADA');
    const key = testKey(cardano, cardano.keys.newPrivateKey?.(new Uint8Array(32).fill(3)) ?? new Uint8Array());
    const { signature = '', publicKey } = await signedBy('ADA', key, 'hello');
    const hash = hex.encode(cardanoHash(key.address));
    // Written by COSESign1Builder and COSEKey of @emurgo/cardano-message-signing-nodejs, with another address and key.
    const header = `a201276761646472657373581d60${hash}`;
    const start = `84582a${header}a166686173686564f44568656c6c6f5840`;
    expect(signature.slice(0, -128)).toBe(start);
    const signed = hex.decode(`846a5369676e617475726531582a${header}404568656c6c6f`);
    expect(ed25519.verify(hex.decode(signature.slice(-128)), signed, key.publicKey)).toBe(true);
    expect(publicKey).toBe(`a401010327200621${`5820${hex.encode(key.publicKey)}`}`);
    const long = await signedBy('ADA', key, 'a'.repeat(70_000));
    expect(long.signature).toContain(`f45a00011170${'61'.repeat(8)}`);
  });
});

describe('messages of other chains', () => {
  it('Tron signs messages that TronWeb verifies', async () => {
    const key = keyOf(chainOf('TRON'));
    const { signature } = await signedBy('TRON', key, 'I own this address');
    expect(tron.message.verifyMessage('I own this address', signature)).toBe(key.address);
  });

  it('VeChain signs messages of EIP-191', async () => {
    const key = keyOf(chainOf('VET'));
    const { signature } = await signedBy('VET', key, 'I own this address');
    const signer = await recoverMessageAddress({
      message: 'I own this address',
      signature: signature as `0x${string}`,
    });
    expect(signer.toLowerCase()).toBe(key.address);
  });

  it.each([
    ['an ed25519 key', Uint8Array.of(1, ...new Uint8Array(16).fill(7))],
    ['a secp256k1 key', Uint8Array.of(2, ...new Uint8Array(32).fill(7))],
  ])('the XRP Ledger signs with %s what its own library verifies', async (_name, privateKey) => {
    const key = testKey(chainOf('XRP'), privateKey);
    const { signature, publicKey = '' } = await signedBy('XRP', key, 'I own this\naddress');
    const message = hex.encode(utf8('I own this\naddress'));
    expect(verifyKeypairSignature(message, signature, publicKey)).toBe(true);
    expect(publicKey).toBe(hex.encode(key.publicKey).toUpperCase());
  });

  it('the XRP Ledger signs nothing that could be a transaction, a claim of a channel or any other of its own', async () => {
    const key = testKey(chainOf('XRP'), Uint8Array.of(2, ...new Uint8Array(32).fill(7)));
    for (const prefix of ['STX', 'SMT', 'CLM', 'BCH', 'TXN', 'VAL']) {
      await expect(signedBy('XRP', key, `${prefix}\0and more`)).rejects.toMatchObject({ code: 'MESSAGE_INVALID' });
    }
    await expect(signedBy('XRP', key, Uint8Array.of(255))).rejects.toMatchObject({ code: 'MESSAGE_INVALID' });
  });

  it.each([['secp256k1', new Uint8Array(32).fill(0x11)]])(
    'Flow signs user messages over SHA3-256 with the tag of users (%s)',
    async (_curve, privateKey) => {
      const key = testKey(chainOf('FLOW'), privateKey);
      const { signature } = await signedBy('FLOW', key, 'hello');
      const tag = new Uint8Array(32);
      tag.set(utf8('FLOW-V0.0-user'));
      const hash = sha3_256(Uint8Array.from([...tag, ...utf8('hello')]));
      const options = { prehash: false, lowS: false };
      expect(secp256k1.verify(hex.decode(signature), hash, key.publicKey, options)).toBe(true);
    },
  );

  it('BNB Beacon Chain, which was shut down, signs no messages', () => {
    expect(registry.ids.filter((id) => chainOf(id).messages === undefined)).toEqual(['BNB']);
  });
});

/** The items of a witness, each shorter than 253 bytes. */
function readWitness(text: string): readonly Uint8Array[] {
  const items: Uint8Array[] = [];
  const bytes = base64.decode(text);
  for (let at = 1; at < bytes.length; at += 1 + (bytes[at] ?? 0)) {
    items.push(bytes.slice(at + 1, at + 1 + (bytes[at] ?? 0)));
  }
  return items;
}

function digestOf(id: string, key: TestKey, text: string): Uint8Array {
  const context = { network: 'mainnet' as const, from: key.address, signers: [key] };
  return hex.decode(chainOf(id).messages?.parse(messageContent({ kind: 'message', text }), context).digest ?? '');
}

function cardanoHash(address: string): Uint8Array {
  const { keys } = chainOf('ADA');
  expect(keys.normalizeAddress(address, 'testnet')).toBe(address);
  return bytesOfBech32(address).subarray(1);
}

/** @param versions - characters before the bytes */
function bytesOfBech32(address: string, versions = 0): Uint8Array {
  const characters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
  const words = [...address.slice(address.indexOf('1') + 1 + versions, -6)].map((one) => characters.indexOf(one));
  const bits = words.map((word) => word.toString(2).padStart(5, '0')).join('');
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}
