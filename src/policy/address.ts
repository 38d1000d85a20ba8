const hex = /^0x[0-9a-f]+$/i;

/** The form in which permits compare addresses: the case of hexadecimal digits means nothing. */
export function normal(address: string): string {
  return hex.test(address) ? address.toLowerCase() : address;
}

/** The form in which forbids and limits compare them, so that another spelling does not slip through. */
export function folded(address: string): string {
  return address.toLowerCase();
}
