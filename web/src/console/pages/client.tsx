import { useWords } from '../i18n/words.ts';
import { Page } from '../parts/page.tsx';

export function ClientPage({ id }: { id: string }) {
  const { t } = useWords();
  return <Page key={id} title={t('page.clients')} />;
}
