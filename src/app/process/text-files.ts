import { CustosError } from '../../core/errors.js';
import { decodeText } from '../../core/text/text-bytes.js';
import { readNamedFile } from '../../files/named-file.js';

/** Bytes of the largest file of a constitution, request or answer. */
const MAX_FILE = 64 * 1024 * 1024;

/** The text of a file that a command names. @throws CustosError FILE_UNREADABLE; USAGE: it is not text */
export async function textIn(file: string | undefined): Promise<string> {
  const name = file ?? '';
  const { bytes } = await readNamedFile(name, { most: MAX_FILE });
  const decoded = decodeText(bytes);
  if ('problem' in decoded) throw new CustosError('USAGE', `the file ${name} ${decoded.problem}`);
  return decoded.text;
}

/** Reads files of signatures. An error says which of them it is about. @throws as `textIn` and `read` */
export async function signaturesIn<T>(files: readonly string[], read: (text: string) => T): Promise<readonly T[]> {
  const texts = await Promise.all(files.map((file) => textIn(file)));
  return texts.map((text, at) => {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof CustosError)) throw error;
      throw new CustosError(error.code, `${files[at]}: ${error.message}`, { cause: error });
    }
  });
}
