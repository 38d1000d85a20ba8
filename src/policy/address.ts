const hex = /^0x[0-9a-f]+$/i;
/** XDC Network writes the addresses of the Ethereum family with a prefix of its own, and people write them in both ways. */
const xdc = /^xdc(?=[0-9a-f]{40}$)/i;

/** The form in which permits compare addresses: the case of hexadecimal digits means nothing, and neither does XDC's prefix. */
export function normal(address: string): string {
  const text = address.replace(xdc, '0x');
  return hex.test(text) ? text.toLowerCase() : text;
}

/** The form in which forbids and limits compare them, so that another spelling does not slip through. */
export function folded(address: string): string {
  return normal(address).toLowerCase();
}
