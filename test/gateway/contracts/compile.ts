import { createRequire } from 'node:module';

/** What is used of the compiler, which has no types. */
interface Compiler {
  compile(input: string): string;
}

const compiler: Compiler = createRequire(import.meta.url)('solc');

/** Compiles one source. @returns the creation code of each of its contracts by name, 0x and hexadecimal digits */
export function compile(content: string): Readonly<Record<string, string>> {
  const output = JSON.parse(
    compiler.compile(
      JSON.stringify({
        language: 'Solidity',
        sources: { 'a.sol': { content } },
        settings: { evmVersion: 'istanbul', outputSelection: { '*': { '*': ['evm.bytecode.object'] } } },
      }),
    ),
  );
  const contracts: [string, { evm: { bytecode: { object: string } } }][] = Object.entries(
    output.contracts?.['a.sol'] ?? {},
  );
  if (contracts.length === 0) throw new Error(JSON.stringify(output.errors));
  return Object.fromEntries(contracts.map(([name, { evm }]) => [name, `0x${evm.bytecode.object}`]));
}
