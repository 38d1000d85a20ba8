import { createPublicKey, verify } from 'node:crypto';
import { encodeTransactionEnvelope, encodeTransactionPayload } from '@onflow/encode';
import { hex } from '@scure/base';
import { RLP, type RLPInput } from 'micro-eth-signer/core/rlp.js';
import { flow } from '../../../src/chains/flow/index.js';
import { signMessage } from '../../../src/chains/flow/key.js';
import type { NodeClient, NodeRequest } from '../../../src/core/chain/node.js';
import { CustosError } from '../../../src/core/errors.js';
import { sha3 } from '../../../src/crypto/hash.js';
import { publicKey, uncompress } from '../../../src/crypto/secp256k1.js';
import { testKey } from '../../support/test-key.js';

export interface FakeKey {
  readonly publicKey: string;
  readonly curve?: 'ECDSA_secp256k1' | 'ECDSA_P256';
  readonly hash?: 'SHA3_256' | 'SHA2_256';
  readonly weight?: number;
  readonly revoked?: boolean;
  sequence: number;
}

interface Body {
  readonly script: string;
  readonly arguments: readonly string[];
  readonly reference_block_id: string;
  readonly gas_limit: string;
  readonly payer: string;
  readonly proposal_key: { readonly address: string; readonly key_index: string; readonly sequence_number: string };
  readonly authorizers: readonly string[];
  readonly payload_signatures: readonly Signature[];
  readonly envelope_signatures: readonly Signature[];
}

interface Signature {
  readonly address: string;
  readonly key_index: string;
  readonly signature: string;
}

const tag = Buffer.alloc(32);
tag.write('FLOW-V0.0-transaction');
const cloudSecret = new Uint8Array(32).fill(7);
const cloudPublic = publicKey(cloudSecret);
export const CLOUD_ACCOUNT = '10711015c370a95c';

/**
 * A network of one Access API that takes only what it can verify: bytes are built with the official encoder and signatures
 * checked with OpenSSL. It executes each sequence number once.
 */
export class FlowNetwork {
  chainId = 'flow-testnet';
  height = 1000;
  /** Applied to the next transactions in place of success. */
  failure: string | undefined;
  /** Transactions stay unsealed. */
  stalls = false;
  /** Loses the answer of the next POST, after it took effect. */
  losesAnswer = false;
  refusesPost: string | undefined;
  readonly accounts = new Map<string, FakeKey[]>();
  readonly results = new Map<string, { status: string; status_code: number; error_message: string }>();
  readonly posted: Body[] = [];
  readonly told: unknown[] = [];
  readonly asked: string[] = [];

  constructor() {
    const key = { publicKey: hex.encode(uncompress(cloudPublic).subarray(1)), sequence: 1200 };
    this.accounts.set(CLOUD_ACCOUNT, [key]);
  }

  node(kind: 'cloud' | 'own'): NodeClient {
    const access = async (request: NodeRequest) => this.#access(request);
    const rpc = async () => {
      throw new CustosError('NODE_REFUSED', 'Flow has no JSON-RPC');
    };
    if (kind === 'own') return { rpc, http: access };
    return {
      rpc,
      http: rpc,
      cloud: async (request) => this.#cloud(request),
      publicService: (url, request) => {
        const { pathname, search, host } = new URL(url);
        if (host !== 'rest-testnet.onflow.org') throw new Error(`foreign host ${host}`);
        return access({ path: `${pathname}${search}`, ...request });
      },
    };
  }

  #cloud({ path, body }: NodeRequest): unknown {
    this.asked.push(path);
    if (path.startsWith('/v3/flow/proposal/')) return { address: `0x${CLOUD_ACCOUNT}`, keyId: 0 };
    if (path === '/v3/flow/broadcast') {
      this.told.push(body);
      throw new CustosError('CLOUD_REFUSED', 'the cloud is moody');
    }
    const { data } = body as { data: string };
    return signMessage(hex.decode(data), 'SHA3_256', testKey(flow, cloudSecret)).then((bytes) => ({
      signature: hex.encode(bytes),
    }));
  }

  #access({ path, body }: NodeRequest): unknown {
    this.asked.push(path);
    const { pathname } = new URL(path, 'http://node');
    const [, , what, id = ''] = pathname.split('/');
    if (what === 'network') return { chain_id: this.chainId };
    if (what === 'blocks') return [{ header: { id: 'cc'.repeat(32), height: String(this.height) } }];
    if (what === 'accounts') return this.#account(id);
    if (what === 'transactions') return this.#take(body as Body);
    const result = this.results.get(id);
    if (result === undefined) throw new CustosError('NODE_REFUSED', 'status 404: not found');
    return result;
  }

  #account(address: string): unknown {
    const keys = this.accounts.get(address);
    if (keys === undefined) throw new CustosError('NODE_REFUSED', 'status 404: no such account');
    return {
      address,
      keys: keys.map((key, index) => ({
        index: String(index),
        public_key: `0x${key.publicKey}`,
        signing_algorithm: key.curve ?? 'ECDSA_secp256k1',
        hashing_algorithm: key.hash ?? 'SHA3_256',
        sequence_number: String(key.sequence),
        weight: String(key.weight ?? 1000),
        revoked: key.revoked ?? false,
      })),
    };
  }

  #take(body: Body): unknown {
    if (this.refusesPost !== undefined) throw new CustosError('NODE_REFUSED', this.refusesPost);
    this.posted.push(body);
    const id = idOf(body);
    this.#verify(body);
    if (this.stalls) {
      this.results.set(id, { status: 'Pending', status_code: 0, error_message: '' });
    } else if (!this.results.has(id)) {
      this.#execute(body, id);
    }
    if (this.losesAnswer) {
      this.losesAnswer = false;
      throw new CustosError('NODE_UNREACHABLE', 'the connection was cut');
    }
    return { id };
  }

  #execute({ proposal_key: proposal }: Body, id: string): void {
    const key = this.accounts.get(proposal.address)![Number(proposal.key_index)]!;
    const isNext = key.sequence === Number(proposal.sequence_number);
    const error = isNext ? (this.failure ?? '') : '[Error Code: 1007] invalid proposal key sequence number';
    if (isNext) key.sequence += 1;
    this.results.set(id, { status: 'Sealed', status_code: error === '' ? 0 : 1, error_message: error });
  }

  #verify(body: Body): void {
    const voucher = voucherOf(body);
    const payload = Buffer.concat([tag, Buffer.from(encodeTransactionPayload(voucher), 'hex')]);
    const envelope = Buffer.concat([tag, Buffer.from(encodeTransactionEnvelope(voucher), 'hex')]);
    const signed = [
      ...body.payload_signatures.map((one) => [one, payload] as const),
      ...body.envelope_signatures.map((one) => [one, envelope] as const),
    ];
    const weights = new Map<string, number>();
    for (const [signature, message] of signed) {
      const key = this.accounts.get(signature.address)?.[Number(signature.key_index)];
      if (key === undefined || !isSigned(key, signature, message)) {
        throw new CustosError('NODE_REFUSED', `invalid signature of ${signature.address}`);
      }
      weights.set(signature.address, (weights.get(signature.address) ?? 0) + (key.weight ?? 1000));
    }
    for (const address of [body.payer, ...body.authorizers]) {
      if ((weights.get(address) ?? 0) < 1000) throw new CustosError('NODE_REFUSED', `${address} did not sign`);
    }
    if (!body.envelope_signatures.some(({ address }) => address === body.payer)) {
      throw new CustosError('NODE_REFUSED', 'the payer did not sign the envelope');
    }
  }
}

/** The official encoder's form of a transaction. */
export function voucherOf(body: Body) {
  return {
    script: Buffer.from(body.script, 'base64').toString(),
    arguments: body.arguments.map((one) => JSON.parse(Buffer.from(one, 'base64').toString()) as unknown),
    refBlock: body.reference_block_id,
    gasLimit: Number(body.gas_limit),
    proposalKey: {
      address: body.proposal_key.address,
      keyId: Number(body.proposal_key.key_index),
      sequenceNum: Number(body.proposal_key.sequence_number),
    },
    payer: body.payer,
    authorizers: [...body.authorizers],
    payloadSigs: body.payload_signatures.map(({ address, key_index: index, signature }) => ({
      address,
      keyId: Number(index),
      sig: Buffer.from(signature, 'base64').toString('hex'),
    })),
  };
}

/** Id of a transaction: SHA3-256 of the official envelope with the payer's signatures behind it. */
function idOf(body: Body): string {
  const envelope = RLP.decode(hex.decode(encodeTransactionEnvelope(voucherOf(body)))) as RLPInput[];
  const signers = [...new Set([body.proposal_key.address, body.payer, ...body.authorizers])];
  const paid = body.envelope_signatures.map(({ address, key_index: index, signature }): RLPInput => {
    return [signers.indexOf(address), Number(index), Uint8Array.from(Buffer.from(signature, 'base64'))];
  });
  return hex.encode(sha3(RLP.encode([...envelope, paid])));
}

function isSigned({ publicKey: point, curve, hash }: FakeKey, { signature }: Signature, message: Buffer): boolean {
  const bytes = Buffer.from(point, 'hex');
  const crv = curve === 'ECDSA_P256' ? 'P-256' : 'secp256k1';
  const [x, y] = [bytes.subarray(0, 32).toString('base64url'), bytes.subarray(32).toString('base64url')];
  const key = createPublicKey({ key: { kty: 'EC', crv, x, y }, format: 'jwk' });
  const algorithm = hash === 'SHA2_256' ? 'sha256' : 'sha3-256';
  return verify(algorithm, message, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64'));
}
