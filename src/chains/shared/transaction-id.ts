import { base58 } from '@scure/base';

/** 32 bytes as most networks write a transaction id, in either case. */
export function isHashId(text: string): boolean {
  return /^[0-9a-fA-F]{64}$/.test(text);
}

/** 32 bytes as the Ethereum family and VeChain write them; some services omit 0x. */
export function isPrefixedHashId(text: string): boolean {
  return isHashId(text.replace(/^0x/, ''));
}

/** 32 bytes in base 32 without padding (RFC 4648), as Algorand writes them: the last letter carries one bit. */
export function isBase32HashId(text: string): boolean {
  return /^[A-Z2-7]{51}[AQ]$/.test(text);
}

/** The first signature, 64 bytes in base 58, as Solana writes it. */
export function isSignatureId(text: string): boolean {
  if (!/^[1-9A-HJ-NP-Za-km-z]{64,88}$/.test(text)) return false;
  return base58.decode(text).length === 64;
}
