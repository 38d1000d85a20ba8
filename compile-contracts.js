import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import solc from 'solc';

/** Written by this script and kept in the repository, so that a build needs no compiler and a reader sees what changes. */
const target = 'src/gateway/contracts/creation-codes.ts';

/** Contracts that are created, by the name that the program gives their code. */
const created = {
  token: 'FungibleToken',
  collection: 'Collection',
  multitoken: 'Multitoken',
  listing: 'Listing',
  auction: 'Auction',
  'custody-wallet': 'CustodyWallet',
  'wallet-factory': 'WalletFactory',
};

const sources = Object.fromEntries(
  readdirSync('contracts')
    .filter((name) => name.endsWith('.sol'))
    .map((name) => [name, { content: readFileSync(`contracts/${name}`, 'utf8') }]),
);

const settings = {
  optimizer: { enabled: true, runs: 200 },
  // The code runs on networks that know no later opcodes.
  evmVersion: 'istanbul',
  // Nothing but the code of the sources, so that the same sources give the same bytes everywhere.
  metadata: { appendCBOR: false, bytecodeHash: 'none' },
  debug: { revertStrings: 'strip' },
  outputSelection: { '*': { '*': ['evm.bytecode.object'] } },
};

const output = JSON.parse(solc.compile(JSON.stringify({ language: 'Solidity', sources, settings })));
const errors = (output.errors ?? []).filter(({ severity }) => severity !== 'info');
if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'));

const lines = Object.entries(created).map(([name, contract]) => {
  const { object } = output.contracts[`${contract}.sol`][contract].evm.bytecode;
  return `  ${name.includes('-') ? `'${name}'` : name}:\n    '0x${object}',`;
});
const text = `// Written by compile-contracts.js from contracts/*.sol with the compiler ${solc.version()}.

/** Creation code of this program's own contracts, 0x and hexadecimal digits; the arguments of the constructor follow it. */
export const creationCodes = {
${lines.join('\n')}
} as const;
`;

if (argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) throw new Error(`${target} is not what contracts/*.sol compile to`);
} else {
  writeFileSync(target, text);
}
