import { inDocumentedWords } from './answers.js';

/** Builds a transfer of outputs. Clients of the documented API tell by its codes that coins are missing, or that an output is spent. */
export function spending<T>(build: () => Promise<T>): Promise<T> {
  return inDocumentedWords(build, ({ details }) => {
    if (details['lacks'] === 'coins') return 'noCoins';
    return details['lacks'] === 'output' ? 'spentOutput' : undefined;
  });
}
