/**
 * A tiny ERC-20 token, assembled here so that no compiler is needed. Its storage: the balance of an address lies in the
 * slot of the address's own number, an allowance in the slot keccak256(owner ‖ spender). 18 decimals.
 * Functions: balanceOf, transfer, approve, allowance, decimals; event: Transfer. Anything else reverts.
 */
const tokenRuntime = `
  PUSH1 00 CALLDATALOAD PUSH1 e0 SHR
  DUP1 PUSH4 70a08231 EQ @balanceOf JUMPI
  DUP1 PUSH4 a9059cbb EQ @transfer  JUMPI
  DUP1 PUSH4 095ea7b3 EQ @approve   JUMPI
  DUP1 PUSH4 dd62ed3e EQ @allowance JUMPI
  DUP1 PUSH4 313ce567 EQ @decimals  JUMPI
:fail
  PUSH1 00 DUP1 REVERT
:balanceOf
  PUSH1 04 CALLDATALOAD SLOAD @answer JUMP
:decimals
  PUSH1 12 @answer JUMP
:allowance
  PUSH1 04 CALLDATALOAD PUSH1 00 MSTORE
  PUSH1 24 CALLDATALOAD PUSH1 20 MSTORE
  PUSH1 40 PUSH1 00 KECCAK256 SLOAD @answer JUMP
:approve
  CALLER PUSH1 00 MSTORE
  PUSH1 04 CALLDATALOAD PUSH1 20 MSTORE
  PUSH1 24 CALLDATALOAD PUSH1 40 PUSH1 00 KECCAK256 SSTORE
  PUSH1 01 @answer JUMP
:transfer
  PUSH1 24 CALLDATALOAD CALLER SLOAD
  DUP2 DUP2 LT @fail JUMPI
  DUP2 SWAP1 SUB CALLER SSTORE
  PUSH1 04 CALLDATALOAD DUP1 SLOAD DUP3 ADD SWAP1 SSTORE
  PUSH1 00 MSTORE
  PUSH1 04 CALLDATALOAD CALLER
  PUSH32 ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef
  PUSH1 20 PUSH1 00 LOG3
  PUSH1 01 @answer JUMP
:answer
  PUSH1 00 MSTORE PUSH1 20 PUSH1 00 RETURN
`;

/** Opcodes by name (Yellow Paper, appendix H). */
const opcodes: Readonly<Record<string, number>> = {
  ADD: 0x01,
  SUB: 0x03,
  LT: 0x10,
  EQ: 0x14,
  SHR: 0x1c,
  KECCAK256: 0x20,
  CALLER: 0x33,
  CALLDATALOAD: 0x35,
  CODECOPY: 0x39,
  MSTORE: 0x52,
  SLOAD: 0x54,
  SSTORE: 0x55,
  JUMP: 0x56,
  JUMPI: 0x57,
  JUMPDEST: 0x5b,
  DUP1: 0x80,
  DUP2: 0x81,
  DUP3: 0x82,
  SWAP1: 0x90,
  LOG3: 0xa3,
  RETURN: 0xf3,
  REVERT: 0xfd,
};

/** Creation code of the token: 0x and hexadecimal digits. The creator gets the whole supply (smallest units). */
export function tokenCreationCode(supply: bigint): `0x${string}` {
  const runtime = assemble(tokenRuntime);
  const size = word(BigInt(runtime.length / 2), 2);
  const head = (offset: number) =>
    assemble(`
      PUSH32 ${word(supply, 32)} CALLER SSTORE
      PUSH2 ${size} PUSH2 ${word(BigInt(offset), 2)} PUSH1 00 CODECOPY
      PUSH2 ${size} PUSH1 00 RETURN
    `);
  return `0x${head(head(0).length / 2)}${runtime}`;
}

/** Call data of the token's functions, encoded by hand: selector, then one 32-byte word an argument. */
export const tokenCalls = {
  balanceOf: (owner: string) => `0x70a08231${addressWord(owner)}`,
  transfer: (to: string, amount: bigint) => `0xa9059cbb${addressWord(to)}${word(amount, 32)}`,
  approve: (spender: string, amount: bigint) => `0x095ea7b3${addressWord(spender)}${word(amount, 32)}`,
  allowance: (owner: string, spender: string) => `0xdd62ed3e${addressWord(owner)}${addressWord(spender)}`,
  decimals: () => '0x313ce567',
};

/** `@name` pushes the place of the label `:name`; everything else is an opcode, and a push's bytes in hexadecimal digits. */
function assemble(source: string): string {
  const words = source.trim().split(/\s+/);
  const places = new Map<string, number>();
  let place = 0;
  for (const one of words) {
    if (one.startsWith(':')) places.set(one.slice(1), place);
    place += sizeOf(one);
  }
  return words.map((one) => encode(one, places)).join('');
}

function sizeOf(one: string): number {
  if (one.startsWith('@')) return 3;
  return one.startsWith(':') || isOpcode(one) ? 1 : one.length / 2;
}

function encode(one: string, places: ReadonlyMap<string, number>): string {
  if (one.startsWith(':')) return '5b';
  if (one.startsWith('@')) return `61${word(BigInt(places.get(one.slice(1)) ?? Number.NaN), 2)}`;
  const push = /^PUSH(\d+)$/.exec(one);
  if (push) return word(BigInt(0x5f + Number(push[1])), 1);
  return isOpcode(one) ? word(BigInt(opcodes[one] ?? 0), 1) : one;
}

function isOpcode(one: string): boolean {
  return Object.hasOwn(opcodes, one) || /^PUSH\d+$/.test(one);
}

function word(value: bigint, bytes: number): string {
  return value.toString(16).padStart(bytes * 2, '0');
}

function addressWord(address: string): string {
  return address.slice(-40).toLowerCase().padStart(64, '0');
}
