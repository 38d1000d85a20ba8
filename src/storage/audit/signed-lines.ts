/** The value of a field in lines that a person signed, for the audit log; whoever judges by them reads the whole form. */
export function lineOf(text: string, name: string): string {
  const start = `${name}: `;
  const line = text.split('\n').find((one) => one.startsWith(start));
  return line?.slice(start.length) ?? '';
}
