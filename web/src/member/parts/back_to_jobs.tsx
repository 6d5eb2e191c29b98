import { cameFromWithin } from '../../common/history.ts';
import { Icon } from '../../common/parts/icon.tsx';
import { useWords } from '../i18n/words.ts';

// Goes back in the history where the list is the page before, so that filters and position are kept; otherwise to the jobs.
export function BackToJobs() {
  const { t } = useWords();
  return (
    <a
      class="back-link"
      href="/"
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || !cameFromWithin('/')) return;
        event.preventDefault();
        history.back();
      }}
    >
      <Icon name="chevron-left" />
      {t('job.back')}
    </a>
  );
}
