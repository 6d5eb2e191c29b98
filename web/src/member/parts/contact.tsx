import { httpAddress } from '../../common/links.ts';
import { Icon } from '../../common/parts/icon.tsx';
import { useWords } from '../i18n/words.ts';
import { useApp } from '../state/application.tsx';

export function useHasContact(): boolean {
  const { phone, email, website } = useApp().portal.contact;
  return phone !== null || email !== null || httpAddress(website) !== null;
}

// How to reach the business.
export function ContactList() {
  const { t } = useWords();
  const { name, contact } = useApp().portal;
  const website = httpAddress(contact.website);
  return (
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
  );
}
