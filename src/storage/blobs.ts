/** True for bytes, as opposed to what else a damaged column may hold. */
export function isBlob(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}
