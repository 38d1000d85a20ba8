/** A deliberate difference to a recording of a chain outside the EVM family; docs/compatibility.md has a row for each. */
export interface Difference {
  readonly why: string;
  /** Code of the refusal, where nothing is signed. */
  readonly refused?: string;
}

/** By chain and name of the vector. What is not listed here must match byte for byte. */
export const differences: Readonly<Record<string, Difference>> = {};
