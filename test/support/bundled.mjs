import { rolldown } from 'rolldown';

/** As `bundle.js`. */
const external = ['@photostructure/sqlite', 'pg', 'pino', 'prom-client', 'tiny-secp256k1'];

/**
 * Makes a program of few files: finding and linking a thousand modules takes longer than what most of them do.
 * @param input - its first file
 * @param dir - three folders below the root of the project, because the program finds files of the project from where it lies
 */
export async function makeBundle(input, dir) {
  const bundle = await rolldown({ input, external, platform: 'node', logLevel: 'silent' });
  await bundle.write({ dir, entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' });
  await bundle.close();
}
