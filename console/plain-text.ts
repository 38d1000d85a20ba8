/** For texts that persons decide by: whoever could make one long would choose what is cut off. */
export const WHOLE = Number.POSITIVE_INFINITY;

/** As the rest of the house has them (src/core/text/foreign-text.ts), which the page takes nothing from; a test compares both. */
const unseen =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\p{Variation_Selector}\u115f\u1160\u2800\u3164\uffa0]|\u034f|\u17b4|\u17b5|[^\P{Zs} ]/gu;

/**
 * Characters that cannot be seen, or change the order, the width or the lines of a text, are shown as what they are: a memo, a label
 * or a node's answer must not look like another one.
 */
export function plainText(text: string, most = 400): string {
  if (/^[ -~]*$/.test(text) && text.length <= most) return text;
  const shown = text.replace(unseen, (char) => {
    return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
  });
  const whole = shown.replace(/(\p{M}{3})\p{M}+/gu, '$1…');
  if (whole.length <= most) return whole;
  const points = [...whole];
  return points.length > most ? `${points.slice(0, most).join('')}…` : points.join('');
}
