import { useSignal } from '@preact/signals';
import { t } from '../texts.js';

/**
 * A text as a QR code, drawn when somebody wants it: most look at the text.
 * @param label - what assistive technology says of it; a secret text stays out of it
 */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const path = useSignal('');
  const size = useSignal(0);
  const show = async (isOpen: boolean) => {
    if (!isOpen || path.peek() !== '') return;
    const { encode } = await import('uqr');
    // A wallet that reads it must not need to guess: bytes as they are, and a quiet zone of four (ISO/IEC 18004, 9.1).
    const code = encode(text, { ecc: 'M', border: 4 });
    size.value = code.size;
    path.value = code.data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  };
  return (
    <details onToggle={(event) => void show(event.currentTarget.open)}>
      <summary>{t('shown.qr')}</summary>
      {path.value === '' ? null : (
        <svg
          class="qr"
          role="img"
          aria-label={label}
          viewBox={`0 0 ${size.value} ${size.value}`}
          shape-rendering="crispEdges"
        >
          <rect width="100%" height="100%" fill="#ffffff" />
          <path d={path.value} fill="#000000" />
        </svg>
      )}
    </details>
  );
}
