import type { SummaryNote } from '../../../core/chain/summary.js';
import { keccak256 } from '../../../crypto/hash.js';
import { bytesToHex } from '../../shared/hexadecimal.js';

/** Bytes that are shown in full. */
const SHOWN = 256;

/** Bytes as a note: in full if there are few, else their count and hash. */
export function bytesNote(name: string, bytes: Uint8Array): SummaryNote {
  return { name, value: showBytes(bytes) };
}

export function showBytes(bytes: Uint8Array): string {
  return bytes.length <= SHOWN
    ? bytesToHex(bytes)
    : `${bytes.length} bytes, Keccak-256 ${bytesToHex(keccak256(bytes))}`;
}

export function unknownWords(selector: string, contract: string, data: Uint8Array): string {
  const text = readText(data);
  const reading = text === undefined ? '' : ` that read ${JSON.stringify(text)}`;
  return `calls an unknown method (${selector}) of contract ${contract} with ${data.length} bytes of data${reading}`;
}

/** Contracts ignore bytes behind their arguments, so text there can hide a call: it is shown beside the bytes, not instead of them. */
export function dataNotes(data: Uint8Array): SummaryNote[] {
  const text = readText(data);
  return [bytesNote('data', data), ...(text === undefined ? [] : [{ name: 'data as text', value: text }])];
}

export function writeText(bytes: Uint8Array): string {
  const text = readText(bytes);
  return text === undefined ? showBytes(bytes) : JSON.stringify(text);
}

/** The text that bytes carry, if all of it can be seen. */
function readText(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]+$/u.test(text) ? text : undefined;
  } catch {
    // The decoder throws on bytes that are not UTF-8; they are not text.
    return undefined;
  }
}
