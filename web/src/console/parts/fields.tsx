import type { ComponentChildren } from 'preact';
import { Field, FieldError, type FormError } from '../../common/parts/form.tsx';
import { useWords } from '../i18n/words.ts';

// The parts of forms that only the console has: boxes to tick, one of several, longer texts.

interface CheckBoxProperties {
  id: string;
  label: string;
  hint?: string | undefined;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}

export function CheckBox({ id, label, hint, checked, disabled = false, onChange }: CheckBoxProperties) {
  return (
    <label class="check" for={id}>
      <input id={id} type="checkbox" checked={checked} disabled={disabled} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>
        {label}
        {hint !== undefined && <span class="muted block">{hint}</span>}
      </span>
    </label>
  );
}

export interface CheckOption {
  readonly value: string;
  readonly text: string;
  readonly hint?: string | undefined;
}

interface CheckBoxesProperties {
  id: string;
  legend: string;
  hint?: string;
  options: readonly CheckOption[];
  chosen: readonly string[];
  errors?: readonly FormError[];
  // For long lists: buttons for all and none.
  many?: boolean;
  onChange: (chosen: string[]) => void;
}

// The order of what is chosen is that of the options, so that the same choice is the same value.
export function CheckBoxes({ id, legend, hint, options, chosen, errors = [], many = false, onChange }: CheckBoxesProperties) {
  const { t } = useWords();
  const values = options.map(({ value }) => value);
  const change = (wanted: ReadonlySet<string>) => onChange(values.filter((value) => wanted.has(value)));
  return (
    <Group id={id} legend={legend} hint={hint} errors={errors}>
      {many && options.length > 3 && (
        <div class="check-all">
          <button type="button" class="button button-quiet" aria-label={`${t('fields.all')}: ${legend}`} onClick={() => change(new Set(values))}>
            {t('fields.all')}
          </button>
          <button type="button" class="button button-quiet" aria-label={`${t('fields.none')}: ${legend}`} onClick={() => change(new Set())}>
            {t('fields.none')}
          </button>
        </div>
      )}
      <div class={many ? 'checks checks-many' : 'checks'}>
        {options.map(({ value, text, hint: more }, index) => (
          <CheckBox
            key={value}
            // The first one takes the focus from the summary of errors.
            id={index === 0 ? id : `${id}-${value}`}
            label={text}
            hint={more}
            checked={chosen.includes(value)}
            onChange={(checked) => {
              const next = new Set(chosen);
              if (checked) next.add(value);
              else next.delete(value);
              change(next);
            }}
          />
        ))}
      </div>
    </Group>
  );
}

interface RadiosProperties {
  id: string;
  legend: string;
  hint?: string;
  options: readonly CheckOption[];
  value: string;
  errors?: readonly FormError[];
  onChange: (value: string) => void;
}

export function Radios({ id, legend, hint, options, value, errors = [], onChange }: RadiosProperties) {
  return (
    <Group id={id} legend={legend} hint={hint} errors={errors}>
      <div class="checks">
        {options.map((option, index) => (
          <label key={option.value} class="check" for={index === 0 ? id : `${id}-${option.value}`}>
            <input
              id={index === 0 ? id : `${id}-${option.value}`}
              type="radio"
              name={id}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span>
              {option.text}
              {option.hint !== undefined && <span class="muted block">{option.hint}</span>}
            </span>
          </label>
        ))}
      </div>
    </Group>
  );
}

interface GroupProperties {
  id: string;
  legend: string;
  hint?: string | undefined;
  errors: readonly FormError[];
  children: ComponentChildren;
}

function Group({ id, legend, hint, errors, children }: GroupProperties) {
  const error = errors.find(({ field }) => field === id);
  const describedBy = [hint === undefined ? null : `${id}-hint`, error === undefined ? null : `${id}-error`].filter(Boolean).join(' ');
  return (
    <fieldset class="field" aria-describedby={describedBy === '' ? undefined : describedBy}>
      <legend>{legend}</legend>
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error !== undefined && <FieldError id={id} text={error.text} />}
      {children}
    </fieldset>
  );
}

interface TextAreaProperties {
  id: string;
  label: string;
  hint?: string;
  errors: readonly FormError[];
  value: string;
  rows: number;
  // Sources, such as HTML: every sign counts.
  code?: boolean;
  optional?: boolean;
  maxLength?: number;
  reference?: { current: HTMLTextAreaElement | null };
  onInput: (value: string) => void;
}

export function TextArea(properties: TextAreaProperties) {
  const { id, label, hint, errors, value, rows, code = false, optional = false, maxLength, reference, onInput } = properties;
  return (
    <Field id={id} label={label} hint={hint} errors={errors}>
      {(about) => (
        <textarea
          id={id}
          name={id}
          ref={reference ?? null}
          class={code ? 'code' : undefined}
          rows={rows}
          required={!optional}
          maxLength={maxLength}
          spellcheck={!code}
          autocapitalize={code ? 'none' : 'sentences'}
          {...about}
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
