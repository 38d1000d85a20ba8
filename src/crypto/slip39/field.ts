/**
 * Arithmetic of GF(256) with the polynomial x^8 + x^4 + x^3 + x + 1 (SLIP-39, "Shamir's secret sharing"), by logarithms to the
 * base x + 1.
 */
const { exponents, logarithms } = makeTables();

function makeTables(): { readonly exponents: Uint8Array; readonly logarithms: Uint8Array } {
  const [exp, log] = [new Uint8Array(255), new Uint8Array(256)];
  let value = 1;
  for (let power = 0; power < 255; power++) {
    exp[power] = value;
    log[value] = power;
    value ^= value << 1;
    if (value > 0xff) value ^= 0x11b;
  }
  return { exponents: exp, logarithms: log };
}

/** A point of a polynomial for each byte: x, and the bytes at x. */
export interface Point {
  readonly x: number;
  readonly bytes: Uint8Array;
}

/**
 * The bytes at x of the polynomials of lowest degree through all points (Lagrange).
 * @param points - at least one, all of the same length, no two with the same x
 * @returns new bytes, which the caller wipes
 */
export function interpolate(points: readonly Point[], x: number): Uint8Array {
  const known = points.find((point) => point.x === x);
  if (known !== undefined) return known.bytes.slice();
  const result = new Uint8Array(points[0]?.bytes.length ?? 0);
  for (const point of points) {
    let basis = 0;
    for (const other of points) {
      if (other !== point) basis += log(other.x ^ x) - log(other.x ^ point.x);
    }
    const power = ((basis % 255) + 255) % 255;
    for (const [at, byte] of point.bytes.entries()) {
      if (byte !== 0) result[at] = (result[at] ?? 0) ^ (exponents[(log(byte) + power) % 255] ?? 0);
    }
  }
  return result;
}

function log(value: number): number {
  return logarithms[value] ?? 0;
}
