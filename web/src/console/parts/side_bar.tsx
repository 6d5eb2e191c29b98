import { useEffect, useRef, useState } from 'preact/hooks';
import { usePlace } from '../../common/history.ts';
import { Icon } from '../../common/parts/icon.tsx';
import { useWords } from '../i18n/words.ts';
import { matchRoute, sideBar } from '../navigation.ts';

// One list of the console's pages: always in view on a wide screen, behind a button on a narrow one.
export function SideBar() {
  const { t } = useWords();
  const { path, key } = usePlace();
  const { page } = matchRoute(path);
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const here = sideBar.find((entry) => entry.page === page || ('within' in entry && entry.within === page));
  useEffect(() => setOpen(false), [key]);
  return (
    <nav
      class="side"
      aria-label={t('header.navigation')}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        setOpen(false);
        button.current?.focus();
      }}
    >
      <button ref={button} type="button" class="button side-button" aria-expanded={open} aria-controls="side-list" onClick={() => setOpen(!open)}>
        <Icon name="menu" />
        <span class="visually-hidden">{t('header.menu')}</span>
        <span aria-hidden="true">{t(here === undefined ? 'header.menu' : `page.${here.page}`)}</span>
      </button>
      <ul id="side-list" data-open={open ? '' : undefined}>
        {sideBar.map((entry) => (
          <li key={entry.page}>
            <a href={entry.path} aria-current={entry.page === page ? 'page' : entry === here ? 'true' : undefined}>
              <Icon name={entry.icon} />
              {t(`page.${entry.page}`)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
