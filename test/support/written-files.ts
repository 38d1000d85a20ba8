/** A file that a document tells its reader to write. */
export interface WrittenFile {
  /** Below the root of the project. */
  readonly path: string;
  /** A whole new file, or lines to put into one that is there. */
  readonly kind: 'file' | 'lines';
  readonly text: string;
}

/** The code blocks of a document with the files that they belong to: the last source file that is named above each block. */
export function writtenFiles(document: string): readonly WrittenFile[] {
  return [...document.matchAll(/^([^`\n]*`(src\/[^`]+\.ts)`[^\n]*(?:\n[^\n]+)*):\n\n```ts\n([\s\S]*?)^```/gm)].map(
    ([, above = '', path = '', text = '']) => ({ path, kind: /^Add its line/.test(above) ? 'lines' : 'file', text }),
  );
}
