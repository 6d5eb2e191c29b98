import { useWords } from '../i18n/words.ts';

// The same words in every row; what is read out names the row, too.
export function RowButton({ text, name, onClick }: { text: string; name: string; onClick: () => void }) {
  return (
    <button type="button" class="button button-quiet button-row" aria-label={`${text}: ${name}`} onClick={onClick}>
      {text}
    </button>
  );
}

export function CancelButton({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  return (
    <button type="button" class="button" onClick={onClose}>
      {t('action.cancel')}
    </button>
  );
}
