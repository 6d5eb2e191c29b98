import { useTranslator } from '../../common/i18n/language.tsx';

// Grey shapes of the real layout; the style sheet lets them appear after 200 ms, so that quick answers do not flicker.

export function PageSkeleton() {
  const { t } = useTranslator();
  return (
    <main class="skeleton" aria-busy="true">
      <p class="visually-hidden">{t('loading')}</p>
      <div class="bone bone-title" />
      <div class="bone bone-card" />
      <div class="bone bone-card" />
    </main>
  );
}

export function JobListSkeleton() {
  const { t } = useTranslator();
  return (
    <div class="skeleton" aria-busy="true">
      <p class="visually-hidden">{t('loading')}</p>
      <div class="bone bone-line" />
      <div class="bone bone-card" />
      <div class="bone bone-card" />
      <div class="bone bone-line" />
      <div class="bone bone-card" />
    </div>
  );
}

export function JobSkeleton() {
  const { t } = useTranslator();
  return (
    <div class="skeleton" aria-busy="true">
      <p class="visually-hidden">{t('loading')}</p>
      <div class="bone bone-line" />
      <div class="bone bone-row" />
      <div class="bone bone-row" />
      <div class="bone bone-row" />
    </div>
  );
}
