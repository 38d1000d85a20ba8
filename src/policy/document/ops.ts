import type { EffectOp } from '../../core/chain/effect.js';

// A list that lacks one does not compile.
const ops: Readonly<Record<EffectOp, true>> = {
  transfer: true,
  'token-transfer': true,
  approve: true,
  mint: true,
  burn: true,
  call: true,
  deploy: true,
  stake: true,
  trade: true,
  account: true,
  issuer: true,
  note: true,
  message: true,
  'typed-data': true,
  hash: true,
  fee: true,
};

export const effectOps: readonly EffectOp[] = Object.keys(ops).filter((op): op is EffectOp => Object.hasOwn(ops, op));
