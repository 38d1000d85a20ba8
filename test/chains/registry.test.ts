import { spawnSync } from 'node:child_process';
import { appendFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { evmChain } from '../../src/chains/evm/index.js';
import { createRegistry } from '../../src/chains/registry.js';
import { evmChainIds } from '../support/vectors.js';
import { contextOf, keyOf, legacyJson } from './signing.js';

describe('the registry', () => {
  const registry = createRegistry();

  it('the registry knows every EVM chain by its ticker, in any case', () => {
    expect(registry.ids).toEqual(expect.arrayContaining([...evmChainIds]));
    for (const id of evmChainIds) expect(registry.get(id.toLowerCase()).id).toBe(id);
  });

  it('the registry gives every chain its own names', () => {
    const chains = registry.ids.map((id) => registry.get(id));
    expect(new Set(chains.map(({ slug }) => slug)).size).toBe(chains.length);
    expect(new Set(chains.map(({ name }) => name)).size).toBe(chains.length);
    for (const { slug } of chains) expect(slug).toMatch(/^[a-z-]+$/);
  });

  it.each(registry.ids)('the registry names the curve of a new %s wallet first', (id) => {
    const { keys } = registry.get(id);
    const random = new Uint8Array(32).fill(0x11);
    expect(curveOf(keys.publicKey(keys.newPrivateKey?.(random) ?? random))).toBe(keys.curves[0]);
  });

  it.each(['', 'DOES_NOT_EXIST', 'NOPE', '__proto__', 'constructor', 'ETH '.repeat(9)])(
    'the registry does not know %j',
    (id) => {
      expect(() => registry.get(id)).toThrow(expect.objectContaining({ code: 'CHAIN_UNKNOWN' }));
    },
  );

  it('the registry takes a made-up chain that is only a definition', async () => {
    const made = evmChain({
      id: 'TRIAL',
      name: 'Chain on trial',
      slug: 'trial',
      coin: 'TRIAL',
      coinType: 60,
      feeCeiling: '1',
      chainIds: { mainnet: [918273n], testnet: [918274n] },
    });
    const chain = createRegistry([made]).get('trial');
    const key = keyOf(chain);
    const unsigned = chain.codec.parse(legacyJson({ chainId: 918273 }), contextOf(key));
    expect((await unsigned.sign([key])).raw).toMatch(/^0x/);
    expect(unsigned.summary.text).toContain('sends 1 TRIAL');
    expect(registry.ids).not.toContain('TRIAL');
  });

  it('the registry takes a made-up chain by one file and one line', async () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    // Below the project, so that the copy finds its libraries.
    const copy = await mkdtemp(join(root, 'node_modules', '.made-up-'));
    try {
      for (const room of ['core', 'crypto', 'chains']) {
        await cp(join(root, 'dist', room), join(copy, room), { recursive: true });
      }
      await writeFile(
        join(copy, 'chains/evm/chains/trial.js'),
        `import { evmChain } from '../index.js';
        export const trial = evmChain({ id: 'TRIAL', name: 'Chain on trial', slug: 'trial', coin: 'TRIAL', coinType: 60, feeCeiling: '1',
          chainIds: { mainnet: [918273n], testnet: [918274n] } });`,
      );
      await appendFile(join(copy, 'chains', 'list.js'), "export { trial } from './evm/chains/trial.js';\n");
      const url = pathToFileURL(join(copy, 'chains', 'registry.js')).href;
      const program = `const { createRegistry } = await import(${JSON.stringify(url)});
        const registry = createRegistry(); console.log(registry.ids.length, registry.get('trial').slug);`;
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
        encoding: 'utf8',
      });
      expect({ stdout, stderr }).toEqual({ stdout: `${registry.ids.length + 1} trial\n`, stderr: '' });
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  });
});

/** Keys of secp256k1 are compressed; XRP Ledger tags its 32 bytes of ed25519. */
function curveOf(publicKey: Uint8Array): string {
  const [first] = publicKey;
  return publicKey.length === 33 && (first === 2 || first === 3) ? 'secp256k1' : 'ed25519';
}
