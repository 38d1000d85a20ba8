import { createBase58check } from '@scure/base';
import fc from 'fast-check';
import { HDKey } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
import { sha256 } from '../../src/crypto/hash.js';
import {
  childNode,
  childPrivateKey,
  childPublicKey,
  decodeXpub,
  deriveNode,
  encodeXpub,
  HARDENED,
  masterNode,
  neuter,
  parsePath,
} from '../../src/crypto/hd-key.js';
import { publicKey } from '../../src/crypto/secp256k1.js';

const XPUB = 0x0488b21e;
const base58check = createBase58check(sha256);

// Source: BIP-32, test vectors 1, 2 and 3.
const vectors = [
  {
    seed: '000102030405060708090a0b0c0d0e0f',
    chains: [
      {
        path: 'm',
        xpub: 'xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8',
        xprv: 'xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi',
      },
      {
        path: 'm/0h',
        xpub: 'xpub68Gmy5EdvgibQVfPdqkBBCHxA5htiqg55crXYuXoQRKfDBFA1WEjWgP6LHhwBZeNK1VTsfTFUHCdrfp1bgwQ9xv5ski8PX9rL2dZXvgGDnw',
        xprv: 'xprv9uHRZZhk6KAJC1avXpDAp4MDc3sQKNxDiPvvkX8Br5ngLNv1TxvUxt4cV1rGL5hj6KCesnDYUhd7oWgT11eZG7XnxHrnYeSvkzY7d2bhkJ7',
      },
      {
        path: "m/0'/1",
        xpub: 'xpub6ASuArnXKPbfEwhqN6e3mwBcDTgzisQN1wXN9BJcM47sSikHjJf3UFHKkNAWbWMiGj7Wf5uMash7SyYq527Hqck2AxYysAA7xmALppuCkwQ',
        xprv: 'xprv9wTYmMFdV23N2TdNG573QoEsfRrWKQgWeibmLntzniatZvR9BmLnvSxqu53Kw1UmYPxLgboyZQaXwTCg8MSY3H2EU4pWcQDnRnrVA1xe8fs',
      },
      {
        path: "m/0'/1/2H",
        xpub: 'xpub6D4BDPcP2GT577Vvch3R8wDkScZWzQzMMUm3PWbmWvVJrZwQY4VUNgqFJPMM3No2dFDFGTsxxpG5uJh7n7epu4trkrX7x7DogT5Uv6fcLW5',
        xprv: 'xprv9z4pot5VBttmtdRTWfWQmoH1taj2axGVzFqSb8C9xaxKymcFzXBDptWmT7FwuEzG3ryjH4ktypQSAewRiNMjANTtpgP4mLTj34bhnZX7UiM',
      },
      {
        path: "m/0'/1/2'/2/1000000000",
        xpub: 'xpub6H1LXWLaKsWFhvm6RVpEL9P4KfRZSW7abD2ttkWP3SSQvnyA8FSVqNTEcYFgJS2UaFcxupHiYkro49S8yGasTvXEYBVPamhGW6cFJodrTHy',
        xprv: 'xprvA41z7zogVVwxVSgdKUHDy1SKmdb533PjDz7J6N6mV6uS3ze1ai8FHa8kmHScGpWmj4WggLyQjgPie1rFSruoUihUZREPSL39UNdE3BBDu76',
      },
    ],
  },
  {
    seed: 'fffcf9f6f3f0edeae7e4e1dedbd8d5d2cfccc9c6c3c0bdbab7b4b1aeaba8a5a29f9c999693908d8a8784817e7b7875726f6c696663605d5a5754514e4b484542',
    chains: [
      {
        path: 'm/0',
        xpub: 'xpub69H7F5d8KSRgmmdJg2KhpAK8SR3DjMwAdkxj3ZuxV27CprR9LgpeyGmXUbC6wb7ERfvrnKZjXoUmmDznezpbZb7ap6r1D3tgFxHmwMkQTPH',
        xprv: 'xprv9vHkqa6EV4sPZHYqZznhT2NPtPCjKuDKGY38FBWLvgaDx45zo9WQRUT3dKYnjwih2yJD9mkrocEZXo1ex8G81dwSM1fwqWpWkeS3v86pgKt',
      },
      {
        path: "m/0/2147483647'/1/2147483646'/2",
        xpub: 'xpub6FnCn6nSzZAw5Tw7cgR9bi15UV96gLZhjDstkXXxvCLsUXBGXPdSnLFbdpq8p9HmGsApME5hQTZ3emM2rnY5agb9rXpVGyy3bdW6EEgAtqt',
        xprv: 'xprvA2nrNbFZABcdryreWet9Ea4LvTJcGsqrMzxHx98MMrotbir7yrKCEXw7nadnHM8Dq38EGfSh6dqA9QWTyefMLEcBYJUuekgW4BYPJcr9E7j',
      },
    ],
  },
  {
    seed: '4b381541583be4423346c643850da4b320e46a87ae3d2a4e6da11eba819cd4acba45d239319ac14f863b8d5ab5a0d0c64d2e8a1e7d1457df2e5a3c51c73235be',
    chains: [
      {
        path: "m/0'",
        xpub: 'xpub68NZiKmJWnxxS6aaHmn81bvJeTESw724CRDs6HbuccFQN9Ku14VQrADWgqbhhTHBaohPX4CjNLf9fq9MYo6oDaPPLPxSb7gwQN3ih19Zm4Y',
        xprv: 'xprv9uPDJpEQgRQfDcW7BkF7eTya6RPxXeJCqCJGHuCJ4GiRVLzkTXBAJMu2qaMWPrS7AANYqdq6vcBcBUdJCVVFceUvJFjaPdGZ2y9WACViL4L',
      },
    ],
  },
];

// Source: BIP-32, test vector 5. Every xprv of it is wrong here anyway, because an xpub is expected.
const refused = [
  [
    'a private key under the version of an xpub',
    'xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6LBpB85b3D2yc8sfvZU521AAwdZafEz7mnzBBsz4wKY5fTtTQBm',
  ],
  [
    'a public key under the version of an xprv',
    'xprv9s21ZrQH143K24Mfq5zL5MhWK9hUhhGbd45hLXo2Pq2oqzMMo63oStZzFGTQQD3dC4H2D5GBj7vWvSQaaBv5cxi9gafk7NF3pnBju6dwKvH',
  ],
  [
    'the prefix 04',
    'xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6Txnt3siSujt9RCVYsx4qHZGc62TG4McvMGcAUjeuwZdduYEvFn',
  ],
  [
    'the prefix 01',
    'xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6N8ZMMXctdiCjxTNq964yKkwrkBJJwpzZS4HS2fxvyYUA4q2Xe4',
  ],
  [
    'depth zero and a parent',
    'xpub661no6RGEX3uJkY4bNnPcw4URcQTrSibUZ4NqJEw5eBkv7ovTwgiT91XX27VbEXGENhYRCf7hyEbWrR3FewATdCEebj6znwMfQkhRYHRLpJ',
  ],
  [
    'depth zero and a child number',
    'xpub661MyMwAuDcm6CRQ5N4qiHKrJ39Xe1R1NyfouMKTTWcguwVcfrZJaNvhpebzGerh7gucBvzEQWRugZDuDXjNDRmXzSZe4c7mnTK97pTvGS8',
  ],
  [
    'an unknown version',
    'DMwo58pR1QLEFihHiXPVykYB6fJmsTeHvyTp7hRThAtCX8CvYzgPcn8XnmdfHPmHJiEDXkTiJTVV9rHEBUem2mwVbbNfvT2MTcAqj3nesx8uBf9',
  ],
  [
    'no point of the curve',
    'xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6Q5JXayek4PRsn35jii4veMimro1xefsM58PgBMrvdYre8QyULY',
  ],
  [
    'a valid xprv',
    'xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi',
  ],
  [
    'a wrong checksum',
    'xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet9',
  ],
  ['too few bytes', 'xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4'],
  ['too many characters', 'x'.repeat(500)],
  ['nothing', ''],
] as const;

describe('a node below a seed', () => {
  for (const { seed, chains } of vectors) {
    it.each(chains)(`matches the published one at $path of seed ${seed.slice(0, 8)}`, ({ path, xpub, xprv }) => {
      const derived = deriveNode(Buffer.from(seed, 'hex'), path);
      const published = base58check.decode(xprv);
      expect(encodeXpub(neuter(derived, XPUB))).toBe(xpub);
      expect(derived.node.subarray(0, 32)).toEqual(published.slice(46));
      expect(derived.node.subarray(32)).toEqual(published.slice(13, 45));
      expect(encodeXpub(decodeXpub(xpub, [XPUB]))).toBe(xpub);
    });
  }

  it('a node keeps the chain code of its xpub when the node is wiped, even inside a Buffer', () => {
    const derived = deriveNode(new Uint8Array(32).fill(7), 'm/1');
    const inBuffer = { ...derived, node: Buffer.from(derived.node) };
    const extended = neuter(inBuffer, XPUB);
    inBuffer.node.fill(0);
    expect(extended.chainCode.some((byte) => byte !== 0)).toBe(true);
  });

  it('derived nodes agree with a second implementation on random seeds and paths', () => {
    const step = fc.record({ index: fc.nat({ max: 0x7fffffff }), hardened: fc.boolean() });
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 64 }), fc.array(step, { maxLength: 4 }), (seed, steps) => {
        const path = ['m', ...steps.map(({ index, hardened }) => `${index}${hardened ? "'" : ''}`)].join('/');
        const expected = HDKey.fromMasterSeed(seed).derive(path);
        const derived = deriveNode(seed, path);
        expect(encodeXpub(neuter(derived, XPUB))).toBe(expected.publicExtendedKey);
        expect(derived.node.subarray(0, 32)).toEqual(expected.privateKey);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a child', () => {
  it('a child has the same public key from the private and from the public half', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 64 }), fc.nat({ max: 0x7fffffff }), (seed, index) => {
        const parent = deriveNode(seed, "m/44'/60'");
        const fromPrivate = publicKey(childPrivateKey(parent.node, index));
        expect(childPublicKey(decodeXpub(encodeXpub(neuter(parent, XPUB)), [XPUB]), index)).toEqual(fromPrivate);
      }),
      { numRuns: 40 },
    );
  });

  it('a hardened child cannot be derived from an xpub', () => {
    const parent = neuter(deriveNode(new Uint8Array(32).fill(1), 'm/0'), XPUB);
    expect(() => childPublicKey(parent, HARDENED)).toThrow(expect.objectContaining({ code: 'PATH_INVALID' }));
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 32])('a child is refused under the invalid number %s', (index) => {
    const node = masterNode(new Uint8Array(32).fill(1));
    expect(() => childNode(node, index)).toThrow(expect.objectContaining({ code: 'PATH_INVALID' }));
  });

  it('a child needs a node of 64 bytes', () => {
    expect(() => childNode(new Uint8Array(63), 0)).toThrow(expect.objectContaining({ code: 'PATH_INVALID' }));
  });
});

describe('an extended public key', () => {
  it.each(refused)('an xpub is refused with %s, and the message does not repeat it', (_what, text) => {
    const read = () => decodeXpub(text, [XPUB]);
    expect(read).toThrow(expect.objectContaining({ code: 'XPUB_INVALID' }));
    if (text !== '') expect(read).not.toThrow(text);
  });

  it('an invalid xpub is refused with the same code whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[1-9A-HJ-NP-Za-km-z]{90,120}$/)), (text) => {
        expect(() => decodeXpub(text, [XPUB])).toThrow(CustosError);
      }),
    );
  });
});

describe('a derivation path', () => {
  it('a derivation path marks hardened steps with an apostrophe or an h', () => {
    expect(parsePath("m/44'/60h/0H/0/2147483647")).toEqual([44 + HARDENED, 60 + HARDENED, HARDENED, 0, 2147483647]);
    expect(parsePath('m')).toEqual([]);
  });

  it.each([
    '',
    '44',
    'M/0',
    'm/',
    'm//0',
    'm/-1',
    'm/1.5',
    'm/01',
    'm/2147483648',
    "m/0''",
    'm/0 ',
    'm/a',
    'm/0'.padEnd(2000, '/0'),
  ])('a derivation path is refused in the form %j', (path) => {
    expect(() => parsePath(path)).toThrow(expect.objectContaining({ code: 'PATH_INVALID' }));
  });

  it('a derivation path starts at a seed of 16 to 64 bytes', () => {
    for (const length of [0, 15, 65]) {
      expect(() => masterNode(new Uint8Array(length))).toThrow(expect.objectContaining({ code: 'PATH_INVALID' }));
    }
  });
});
