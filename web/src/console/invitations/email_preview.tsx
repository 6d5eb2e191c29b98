import { useEffect, useRef } from 'preact/hooks';
import { useWords } from '../i18n/words.ts';
import { splitStyles } from './styles.ts';

// The mail as it will look. The frame lets no script run, opens no window and sends no form; the page's own policy, which it inherits, also
// loads nothing from elsewhere and takes no style from markup. So styles are set by this page instead, which is what "allow-same-origin" is
// for: without "allow-scripts" nothing inside can make use of it.
export function EmailPreview({ html }: { html: string }) {
  const { t } = useWords();
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const draw = () => show(element, html);
    draw();
    element.addEventListener('load', draw);
    return () => element.removeEventListener('load', draw);
  }, [html]);
  return <iframe ref={frame} class="mail-frame" sandbox="allow-same-origin" title={t('layout.preview_email')} srcdoc="<body>" />;
}

function show(frame: HTMLIFrameElement, html: string): void {
  const page = frame.contentDocument;
  const view = frame.contentWindow as (Window & typeof globalThis) | null;
  if (page?.body == null || view === null) return;
  const { markup, sheets } = splitStyles(html);
  // On paper, as the page draws it, also where this page is dark: programs that turn mail dark do it each in their own way.
  page.documentElement.style.colorScheme = 'light';
  page.body.innerHTML = markup;
  for (const element of page.querySelectorAll<HTMLElement>('[data-style]')) {
    element.style.cssText = element.dataset['style'] ?? '';
    element.removeAttribute('data-style');
  }
  for (const picture of page.querySelectorAll<HTMLImageElement>('img[data-src]')) {
    const address = picture.dataset['src'] ?? '';
    if (address.startsWith('/') || address.startsWith(`${location.origin}/`)) picture.src = address;
  }
  // A link leads nowhere from here.
  for (const link of page.querySelectorAll('a[href], area[href]')) link.removeAttribute('href');
  const sheet = new view.CSSStyleSheet();
  sheet.replaceSync(sheets.join('\n'));
  page.adoptedStyleSheets = [sheet];
}
