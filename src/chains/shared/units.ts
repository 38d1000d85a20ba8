/**
 * Smallest units of a decimal number. Each chain has its own rule for the form of the text, and gives the digits.
 * @param whole - digits before the point   @param fraction - digits behind it, may be empty
 * @returns undefined where it has more decimals, without the zeros at the end, than the unit
 */
export function smallestUnits(whole: string, fraction: string, decimals: number): bigint | undefined {
  const significant = fraction.replace(/0+$/, '');
  return significant.length > decimals ? undefined : BigInt(whole + significant.padEnd(decimals, '0'));
}
