import { hex } from '@scure/base';
import type { Network } from '../../core/ids.js';
import { messagesBy } from '../shared/message.js';
import { readAddress, showAddress } from './address.js';

/** COSE (RFC 9052): label of the algorithm, and EdDSA. */
const ALGORITHM = 0x01;
const EDDSA = 0x27;

/**
 * Signatures of CIP-8 as `signData` of CIP-30 gives them: a COSE_Sign1 with the address in its protected header, and a COSE_Key.
 * A transaction is signed as a hash of 32 bytes, which no Sig_structure has as its length.
 */
export const cardanoMessages = messagesBy({
  chain: 'Cardano',
  coin: 'ADA',
  standard: 'CIP-8',
  scheme: 'bip32-ed25519',
  frame: (content, { from, network }) =>
    // ["Signature1", protected, external_aad, payload]
    cbor([0x84], text('Signature1'), bytes(protectedHeader(from, network)), bytes(new Uint8Array(0)), bytes(content)),
  addressOf: showAddress,
  write(signature, { key, content, context: { from, network } }) {
    const unprotected = cbor([0xa1], text('hashed'), Uint8Array.of(0xf4));
    const signed = cbor([0x84], bytes(protectedHeader(from, network)), unprotected, bytes(content), bytes(signature));
    // {kty: OKP, alg: EdDSA, crv: Ed25519, x: the public key}
    const coseKey = cbor([0xa4, 0x01, 0x01, 0x03, EDDSA, 0x20, 0x06, 0x21], bytes(key.publicKey));
    return { signature: hex.encode(signed), publicKey: hex.encode(coseKey) };
  },
});

function protectedHeader(from: string, network: Network): Uint8Array {
  return cbor([0xa2, ALGORITHM, EDDSA], text('address'), bytes(readAddress(from, network)));
}

function text(value: string): Uint8Array {
  const encoded = new TextEncoder().encode(value);
  return cbor(header(0x60, encoded.length), encoded);
}

function bytes(value: Uint8Array): Uint8Array {
  return cbor(header(0x40, value.length), value);
}

/** Head of a text or byte string (RFC 8949): messages are longer than what transactions hold. */
function header(kind: number, length: number): readonly number[] {
  if (length < 24) return [kind | length];
  if (length < 0x100) return [kind | 24, length];
  if (length < 0x10000) return [kind | 25, length >> 8, length & 0xff];
  return [kind | 26, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff];
}

function cbor(start: readonly number[], ...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat([Uint8Array.from(start), ...parts]));
}
