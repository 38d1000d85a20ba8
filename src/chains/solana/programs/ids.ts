/** Addresses of the programs with instructions that are understood. */
export const programs = {
  system: '11111111111111111111111111111111',
  token: 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
  token2022: 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb',
  associatedToken: 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL',
  computeBudget: 'ComputeBudget111111111111111111111111111111',
  memo: 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr',
  memoV1: 'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo',
  tokenMetadata: 'metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s',
  auctionHouse: 'hausS13jsjafwWwGqZTUQRmWyvyxn9EQpqMwV1PBBmk',
  stake: 'Stake11111111111111111111111111111111111111',
  vote: 'Vote111111111111111111111111111111111111111',
  loader: 'BPFLoaderUpgradeab1e11111111111111111111111',
  loaderV4: 'LoaderV411111111111111111111111111111111111',
  addressLookupTable: 'AddressLookupTab1e1111111111111111111111111',
} as const;

/** Programs that verify signatures inside instructions; each one costs as much as a signature of the transaction. */
export const verifyingPrograms: ReadonlySet<string> = new Set([
  'Ed25519SigVerify111111111111111111111111111',
  'KeccakSecp256k11111111111111111111111111111',
  'Secp256r1SigVerify1111111111111111111111111',
]);

/** Programs that hold tokens, with the name of their standard. */
export const tokenStandards: ReadonlyMap<string, string> = new Map([
  [programs.token, 'SPL'],
  [programs.token2022, 'Token-2022'],
]);

/** The token that stands for wrapped coins. */
export const NATIVE_MINT = 'So11111111111111111111111111111111111111112';

/** Burns all that it gets. */
export const INCINERATOR = '1nc1nerator11111111111111111111111111111111';

/** Programs and pages of the network that hold no key; what is sent there stays there forever. */
const places: ReadonlySet<string> = new Set([
  ...Object.values(programs),
  ...verifyingPrograms,
  'Config1111111111111111111111111111111111111',
  'NativeLoader1111111111111111111111111111111',
  'BPFLoader1111111111111111111111111111111111',
  'BPFLoader2111111111111111111111111111111111',
  'Feature111111111111111111111111111111111111',
  INCINERATOR,
  NATIVE_MINT,
]);

/** True for addresses of well-known programs, of the incinerator, and of the network's own pages (sysvars). */
export function isPlaceOfProgram(address: string): boolean {
  return places.has(address) || address.startsWith('Sysvar');
}
