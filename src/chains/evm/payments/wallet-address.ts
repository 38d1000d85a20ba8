import { keccak256 } from '../../../crypto/hash.js';

/** Creation code of a copy of a contract (EIP-1167), in front of and behind the address of that contract. */
const COPY = ['3d602d80600a3d3981f3363d3d373d3d3d363d73', '5af43d82803e903d91602b57fd5bf3'].map(bytesOf);

/**
 * The address of a wallet that a factory makes as a copy of one contract, with the owner and a number as salt (EIP-1014). That
 * contract is the first one that the factory created.
 * @param place - 20 bytes each
 * @returns 20 bytes
 */
export function walletAddress(
  { factory, owner }: { readonly factory: Uint8Array; readonly owner: Uint8Array },
  index: bigint,
): Uint8Array {
  const [before = new Uint8Array(0), behind = new Uint8Array(0)] = COPY;
  const code = Buffer.concat([before, firstCreated(factory), behind]);
  const salt = keccak256(Buffer.concat([owner, bytesOf(index.toString(16).padStart(64, '0'))]));
  return keccak256(Buffer.concat([Uint8Array.of(0xff), factory, salt, keccak256(code)])).subarray(12);
}

/** The hash of the creator and its number 1, as RLP writes the list of both: contracts count from 1 (EIP-161). */
function firstCreated(creator: Uint8Array): Uint8Array {
  return keccak256(Buffer.concat([Uint8Array.of(0xd6, 0x94), creator, Uint8Array.of(1)])).subarray(12);
}

function bytesOf(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}
