import { useTranslator } from '../../common/i18n/language.tsx';
import { catalogues, type Language } from '../../common/i18n/catalogues.ts';
import { httpAddress } from '../../common/links.ts';
import { Icon } from '../../common/parts/icon.tsx';
import { useApp } from '../state/application.tsx';

// Stands on every page, the sign-in page included: whom to ask, what the law wants, and the language.
export function Footer({ onLanguage }: { onLanguage: (language: Language) => void }) {
  const { t } = useTranslator();
  return (
    <footer class="footer">
      <Contact />
      <div class="footer-row">
        <LegalLinks />
        <LanguageSwitch label={t('language.label')} onLanguage={onLanguage} />
      </div>
    </footer>
  );
}

function Contact() {
  const { t } = useTranslator();
  const { name, contact } = useApp().portal;
  const website = httpAddress(contact.website);
  if (contact.phone === null && contact.email === null && website === null) return null;
  return (
    <div class="footer-row">
      <p class="footer-lead">{t('contact.questions')}</p>
      <ul class="inline-list">
        {contact.phone !== null && (
          <li>
            <a class="footer-link" href={`tel:${contact.phone.replace(/[^+0-9]/g, '')}`}>
              <Icon name="phone" />
              {contact.phone}
            </a>
          </li>
        )}
        {contact.email !== null && (
          <li>
            <a class="footer-link" href={`mailto:${contact.email}`}>
              <Icon name="mail" />
              {contact.email}
            </a>
          </li>
        )}
        {website !== null && (
          <li>
            <a class="footer-link" href={website} rel="noopener noreferrer" aria-label={`${t('contact.website')}: ${name}`}>
              <Icon name="external" />
              {t('contact.website')}
            </a>
          </li>
        )}
      </ul>
    </div>
  );
}

// Links lead out of the portal, so they tell the other side nothing of where they stand.
function LegalLinks() {
  const { t } = useTranslator();
  const { legal } = useApp().portal;
  const links = [
    { address: httpAddress(legal.privacy_url), text: t('legal.privacy') },
    { address: httpAddress(legal.terms_url), text: t('legal.terms') },
    { address: httpAddress(legal.imprint_url), text: t('legal.imprint') },
  ].filter(({ address }) => address !== null);
  if (links.length === 0) return null;
  return (
    <ul class="inline-list">
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
function LanguageSwitch({ label, onLanguage }: { label: string; onLanguage: (language: Language) => void }) {
  const { language } = useTranslator();
  const { languages } = useApp().portal;
  if (languages.length < 2) return null;
  return (
    <ul class="inline-list" aria-label={label}>
      {languages.map((candidate) => (
        <li key={candidate}>
          <button
            type="button"
            class="footer-link language"
            lang={candidate}
            aria-pressed={candidate === language}
            onClick={() => onLanguage(candidate)}
          >
            {catalogues[candidate]['language.name'] as string}
          </button>
        </li>
      ))}
    </ul>
  );
}
