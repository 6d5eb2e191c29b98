import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { useTranslator } from '../i18n/language.tsx';
import { announce } from './announcer.tsx';
import { aboutError } from './choice.tsx';
import { findOptions, type Option } from './find_options.ts';
import { FieldError } from './form.tsx';
import { Icon } from './icon.tsx';

// A choice among many, narrowed by typing (the editable combobox of the ARIA Authoring Practices). The focus stays in the field;
// the arrow keys move through the list, Enter takes, Escape and leaving give up. What is chosen takes effect at once.
// How many are left is said once for a word, not once for each letter.
const kTypingPauseMilliseconds = 300;

interface SearchableChoiceProperties {
  id: string;
  label: string;
  value: string;
  options: readonly Option[];
  error?: string | undefined;
  onChange: (value: string) => void;
}

export function SearchableChoice({ id, label, value, options, error, onChange }: SearchableChoiceProperties) {
  const { t } = useTranslator();
  // Null: closed. Otherwise what has been typed since it was opened.
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const pause = useRef<ReturnType<typeof setTimeout>>();
  const chosen = options.find((option) => option.value === value) ?? options[0]!;
  const isOpen = typed !== null;
  const found = findOptions(options, typed ?? '');

  useEffect(() => () => clearTimeout(pause.current), []);
  useEffect(() => {
    if (isOpen) list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active, isOpen]);

  const open = () => {
    if (isOpen) return;
    setTyped('');
    setActive(Math.max(0, options.indexOf(chosen)));
  };
  const close = () => {
    clearTimeout(pause.current);
    setTyped(null);
  };
  const type = (text: string) => {
    setTyped(text);
    setActive(0);
    clearTimeout(pause.current);
    pause.current = setTimeout(() => announce(t('choice.found', { count: findOptions(options, text).length })), kTypingPauseMilliseconds);
  };
  const take = (option: Option | undefined) => {
    if (option === undefined) return;
    close();
    if (option.value !== value) onChange(option.value);
  };
  const move = (step: number) => {
    if (!isOpen) open();
    else if (found.length > 0) setActive((active + step + found.length) % found.length);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Enter' && isOpen) take(found[active]);
    else if (event.key === 'Escape' && isOpen) close();
    else return;
    event.preventDefault();
  };
  return (
    <div class={error === undefined ? 'filter searchable' : 'filter searchable field-wrong'}>
      <label for={id}>{label}</label>
      {error !== undefined && <FieldError id={id} text={error} />}
      <div class="searchable-field">
        <input
          id={id}
          ref={input}
          type="text"
          role="combobox"
          aria-expanded={isOpen}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={isOpen && found.length > 0 ? `${listId}-${active}` : undefined}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          enterkeyhint="done"
          value={typed ?? chosen.text}
          {...aboutError(id, error)}
          // While it is open the field is for typing; what is chosen still stands in it, in grey.
          placeholder={chosen.text}
          // Typing takes the place of what is there, without clearing it first.
          onFocus={(event) => event.currentTarget.select()}
          onClick={open}
          onBlur={close}
          onInput={(event) => type(event.currentTarget.value)}
          onKeyDown={press}
        />
        <Icon name="chevron-down" />
      </div>
      {/* It stands in the page when it is closed, too, because the field names it. */}
      <ul class="searchable-panel" id={listId} ref={list} role="listbox" aria-label={label} hidden={!isOpen || found.length === 0}>
        {isOpen &&
          found.map((option, index) => (
            <li
              key={option.value}
              id={`${listId}-${index}`}
              role="option"
              class="menu-item"
              aria-selected={option.value === value}
              data-active={index === active ? '' : undefined}
              // The press must not take the focus out of the field, which would close the list before the release.
              onPointerDown={(event) => event.preventDefault()}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => {
                take(option);
                input.current?.blur();
              }}
            >
              <span>{option.text}</span>
              {option.value === value && <Icon name="check" />}
            </li>
          ))}
      </ul>
      {isOpen && found.length === 0 && <p class="searchable-panel menu-text">{t('choice.nothing_found')}</p>}
    </div>
  );
}
