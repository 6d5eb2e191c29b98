import { useChooseLanguage } from '../../common/i18n/language.tsx';
import { catalogues } from '../../common/i18n/catalogues.ts';
import { httpAddress } from '../../common/links.ts';
import { useWords } from '../i18n/words.ts';
import { useApp } from '../state/application.tsx';
import { ContactList, useHasContact } from './contact.tsx';

// Stands on every page, the sign-in page included: whom to ask, what the law wants, and the language.
export function Footer() {
  return (
    <footer class="footer">
      <Contact />
      <div class="footer-row footer-links">
        <Links />
        <LanguageSwitch />
      </div>
    </footer>
  );
}

function Contact() {
  const { t } = useWords();
  if (!useHasContact()) return null;
  return (
    <div class="footer-row">
      <p class="footer-lead">{t('contact.questions')}</p>
      <ContactList />
    </div>
  );
}

// The legal ones lead out of the portal, so they tell the other side nothing of where they stand.
function Links() {
  const { t } = useWords();
  const { legal } = useApp().portal;
  const links = [
    { address: httpAddress(legal.privacy_url), text: t('legal.privacy') },
    { address: httpAddress(legal.terms_url), text: t('legal.terms') },
    { address: httpAddress(legal.imprint_url), text: t('legal.imprint') },
  ].filter(({ address }) => address !== null);
  return (
    <ul class="inline-list">
      <li>
        <a class="footer-link" href="/help">
          {t('help.title')}
        </a>
      </li>
      {links.map(({ address, text }) => (
        <li key={text}>
          <a class="footer-link" href={address!} rel="noopener noreferrer">
            {text}
          </a>
        </li>
      ))}
    </ul>
  );
}

// Every language is named in itself, because whoever looks for it may read no other.
function LanguageSwitch() {
  const { t, language } = useWords();
  const chooseLanguage = useChooseLanguage();
  const { languages } = useApp().portal;
  if (languages.length < 2) return null;
  return (
    <ul class="inline-list" aria-label={t('language.label')}>
      {languages.map((candidate) => (
        <li key={candidate}>
          <button
            type="button"
            class="footer-link language"
            lang={candidate}
            aria-pressed={candidate === language}
            onClick={() => chooseLanguage(candidate)}
          >
            {catalogues[candidate]['language.name'] as string}
          </button>
        </li>
      ))}
    </ul>
  );
}
