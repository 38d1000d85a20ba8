import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Planted secrets by name, and every form in which one could turn up somewhere. */
export class Canaries {
  readonly #forms = new Map<string, readonly Buffer[]>();

  text(name: string, text: string): void {
    const bytes = Buffer.from(text);
    this.#add(name, [bytes, Buffer.from(encodeURIComponent(text)), ...encodings(bytes)]);
  }

  /** @param hex - with or without 0x */
  key(name: string, hex: string): void {
    const bytes = Buffer.from(hex.replace(/^0x/, ''), 'hex');
    this.#add(name, [bytes, ...encodings(bytes), Buffer.from(BigInt(`0x${bytes.toString('hex')}`).toString())]);
  }

  /** Three of its words in a row are found as well. */
  mnemonic(name: string, mnemonic: string): void {
    const words = mnemonic.split(' ');
    const parts = words.slice(2).map((word, at) => Buffer.from(`${words[at]} ${words[at + 1]} ${word}`));
    this.#add(name, [...parts, ...encodings(Buffer.from(mnemonic))]);
  }

  /** Names of the secrets that are in there. */
  in(place: string | Buffer): string[] {
    const bytes = typeof place === 'string' ? Buffer.from(place) : place;
    return [...this.#forms].filter(([, forms]) => forms.some((form) => bytes.includes(form))).map(([name]) => name);
  }

  /** `file: secret` for every file below the directory that holds one. */
  inFiles(directory: string): string[] {
    return readdirSync(directory).flatMap((name) => {
      const path = join(directory, name);
      if (statSync(path).isDirectory()) return this.inFiles(path);
      return this.in(readFileSync(path)).map((found) => `${path}: ${found}`);
    });
  }

  #add(name: string, forms: readonly Buffer[]): void {
    this.#forms.set(name, [...(this.#forms.get(name) ?? []), ...forms]);
  }
}

function encodings(bytes: Buffer): Buffer[] {
  const hex = bytes.toString('hex');
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  return [hex, hex.toUpperCase(), base64, base64.replaceAll('+', '-').replaceAll('/', '_')].map((text) =>
    Buffer.from(text),
  );
}
