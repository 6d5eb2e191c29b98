import { catalogues, languages } from '../../common/i18n/catalogues.ts';
import { useChooseLanguage } from '../../common/i18n/language.tsx';
import { useWords } from '../i18n/words.ts';

// Every language is named in itself, because whoever looks for it may read no other.
export function LanguageSwitch() {
  const { t, language } = useWords();
  const chooseLanguage = useChooseLanguage();
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
