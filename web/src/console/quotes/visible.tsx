import { showQuote, type OfferedQuote, type WholeQuote } from '../api/quotes.ts';
import { useWords } from '../i18n/words.ts';
import { Switch } from '../parts/switch.tsx';
import { useMay } from '../state/application.tsx';

interface VisibleProperties {
  quote: Pick<OfferedQuote, 'id' | 'number' | 'visible'>;
  done: (quote: WholeQuote) => void;
}

// Whether members see it: a switch for whoever may decide that, a word for everybody else.
export function Visible({ quote: { id, number, visible }, done }: VisibleProperties) {
  const { t } = useWords();
  const may = useMay('manager');
  const word = (shown: boolean) => t(shown ? 'filed.shown' : 'filed.not_shown');
  if (!may) return <>{word(visible)}</>;
  return (
    <Switch
      on={visible}
      text={word}
      name={number}
      request={(wanted) => showQuote(id, wanted)}
      said={(shown) => t(shown ? 'filed.now_shown' : 'filed.now_hidden', { name: number })}
      done={done}
    />
  );
}
