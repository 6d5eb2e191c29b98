import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icon.tsx';

// One question for a word, not one for each letter.
const kTypingPauseMilliseconds = 300;

interface SearchFieldProperties {
  // Where a page has two of them.
  id?: string;
  label: string;
  placeholder: string;
  // What is being searched for now.
  value: string;
  onSearch: (text: string) => void;
}

export function SearchField({ id = 'q', label, placeholder, value, onSearch }: SearchFieldProperties) {
  const [text, setText] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const latest = useRef({ value, onSearch });
  latest.current = { value, onSearch };

  // Going back changes the address from outside; the field follows, but not while a word is being typed.
  useEffect(() => {
    // What is searched for has no blanks at its ends; what is being typed may have.
    if (timer.current === undefined) setText((typed) => (typed.trim() === value ? typed : value));
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const search = (typed: string, delay: number) => {
    setText(typed);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      timer.current = undefined;
      if (typed.trim() !== latest.current.value) latest.current.onSearch(typed.trim());
    }, delay);
  };
  return (
    <div class="search">
      <label class="visually-hidden" for={id}>
        {label}
      </label>
      <Icon name="search" />
      <input
        id={id}
        type="search"
        enterkeyhint="search"
        maxLength={100}
        autocomplete="off"
        placeholder={placeholder}
        value={text}
        onInput={(event) => search(event.currentTarget.value, kTypingPauseMilliseconds)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') search(event.currentTarget.value, 0);
        }}
      />
    </div>
  );
}
