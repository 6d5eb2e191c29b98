import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../../common/parts/icon.tsx';
import { useWords } from '../i18n/words.ts';

export interface ShownDifference {
  readonly label: string;
  // "New → Seen"
  readonly text: string;
}

interface NewsProperties {
  title: string;
  differences: readonly ShownDifference[];
  text: string;
  // Of whoever waits for the answer; not of whoever types while the page is refreshed.
  takeFocus: { current: boolean };
  // How often an answer brought news: the same may have come before by itself.
  late: number;
  onClose: () => void;
}

// What somebody else has changed while one was typing, beside what was typed.
export function News({ title, differences, text, takeFocus, late, onClose }: NewsProperties) {
  const { t } = useWords();
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (takeFocus.current) panel.current?.focus();
    takeFocus.current = false;
  }, [JSON.stringify(differences), late]);
  return (
    <div ref={panel} id="news" class="news" role="alert" tabIndex={-1}>
      <h3 class="warning">
        <Icon name="alert" />
        {title}
      </h3>
      {differences.length > 0 && (
        <dl class="facts">
          {differences.map(({ label, text: change }) => (
            <div key={label} class="fact">
              <dt>{label}</dt>
              <dd class="plain-text">{change}</dd>
            </div>
          ))}
        </dl>
      )}
      <p>{text}</p>
      <button type="button" class="button" onClick={onClose}>
        {t('work_request.news_seen')}
      </button>
    </div>
  );
}
