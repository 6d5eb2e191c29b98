import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { hasWaited } from '../focus.ts';
import { useTranslator } from '../i18n/language.tsx';
import { Icon } from './icon.tsx';
import type { Submission } from './submission.ts';

// The form's parts after PAGES: label above, hint below it, error below the hint, a summary on top that takes the focus.

export interface FormError {
  // The field's id; null when the error belongs to no single field.
  readonly field: string | null;
  readonly text: string;
}

interface FormProperties {
  label: string;
  state: Pick<Submission, 'errors' | 'requestId' | 'busy'>;
  submit: string;
  submitting: string;
  // What the fields hold: a browser that fills them in on its own does not always say so.
  onSubmit: (values: FormData) => void;
  class?: string;
  // Stands beside the button.
  footer?: ComponentChildren;
  // The form is only there to be read.
  hideSubmit?: boolean;
  children: ComponentChildren;
}

export function Form(properties: FormProperties) {
  const { label, state, submit, submitting, onSubmit, class: className, footer, hideSubmit = false, children } = properties;
  const { errors, requestId, busy } = state;
  const summary = useRef<HTMLDivElement>(null);
  const pressedFrom = useRef<Element | null>(null);
  useEffect(() => {
    // Whoever has gone on to another field while the answer was under way hears of it there.
    if (errors.length > 0 && (pressedFrom.current === null || hasWaited(pressedFrom.current))) summary.current?.focus();
  }, [errors]);
  const button = (
    <button type="submit" class="button button-primary" aria-busy={busy}>
      {busy ? submitting : submit}
    </button>
  );
  return (
    <form
      class={className === undefined ? 'form' : `form ${className}`}
      noValidate
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        // The button stays enabled; a second press while the first is under way makes no second request.
        if (busy || hideSubmit) return;
        pressedFrom.current = document.activeElement;
        onSubmit(new FormData(event.currentTarget));
      }}
    >
      {errors.length > 0 && <ErrorSummary errors={errors} requestId={requestId} reference={summary} />}
      {children}
      {footer === undefined && !hideSubmit && button}
      {footer !== undefined && (
        <div class="form-end">
          {!hideSubmit && button}
          {footer}
        </div>
      )}
    </form>
  );
}

interface ErrorSummaryProperties {
  errors: readonly FormError[];
  requestId: string | null;
  reference: { current: HTMLDivElement | null };
}

function ErrorSummary({ errors, requestId, reference }: ErrorSummaryProperties) {
  const { t } = useTranslator();
  return (
    <div class="error-summary" role="alert" tabIndex={-1} ref={reference}>
      <h2>
        <Icon name="alert" />
        {t('form.summary', { count: errors.length })}
      </h2>
      <ul>
        {errors.map(({ field, text }) => (
          <li key={text}>
            {field === null ? (
              text
            ) : (
              <a
                href={`#${field}`}
                onClick={(event) => {
                  event.preventDefault();
                  document.getElementById(field)?.focus();
                }}
              >
                {text}
              </a>
            )}
          </li>
        ))}
      </ul>
      {requestId !== null && <p class="request-id">{t('error.request_id', { id: requestId })}</p>}
    </div>
  );
}

// What the control of a field says of itself.
interface AboutField {
  readonly 'aria-invalid': boolean;
  readonly 'aria-describedby': string | undefined;
}

interface FieldProperties {
  id: string;
  label: string;
  hint?: string | undefined;
  errors: readonly FormError[];
  children: (about: AboutField) => ComponentChildren;
}

export function Field({ id, label, hint, errors, children }: FieldProperties) {
  const error = errors.find((candidate) => candidate.field === id);
  const describedBy = [hint === undefined ? null : `${id}-hint`, error === undefined ? null : `${id}-error`].filter(Boolean).join(' ');
  return (
    <div class={error === undefined ? 'field' : 'field field-wrong'}>
      <label for={id}>{label}</label>
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error !== undefined && <FieldError id={id} text={error.text} />}
      {children({ 'aria-invalid': error !== undefined, 'aria-describedby': describedBy === '' ? undefined : describedBy })}
    </div>
  );
}

export function FieldError({ id, text }: { id: string; text: string }) {
  const { t } = useTranslator();
  return (
    <p class="field-error" id={`${id}-error`}>
      <Icon name="alert" />
      <span class="visually-hidden">{t('form.error_prefix')} </span>
      {text}
    </p>
  );
}

// Pasting is allowed, password managers find their fields, and the keyboards of phones neither capitalise nor correct.
interface TextFieldProperties {
  id: string;
  label: string;
  hint?: string;
  errors: readonly FormError[];
  value: string;
  onInput: (value: string) => void;
  type: 'email' | 'password' | 'text' | 'tel' | 'url';
  autocomplete: string;
  maxLength?: number;
  readOnly?: boolean;
  optional?: boolean;
}

export function TextField(properties: TextFieldProperties) {
  const { id, label, hint, errors, value, onInput, type, autocomplete, maxLength, readOnly = false, optional = false } = properties;
  const { t } = useTranslator();
  const [shown, setShown] = useState(false);
  return (
    <Field id={id} label={label} hint={hint} errors={errors}>
      {(about) => (
        <div class="field-row">
          <input
            id={id}
            name={id}
            type={shown ? 'text' : type}
            inputMode={type === 'password' || type === 'text' ? undefined : type}
            autocomplete={autocomplete}
            autocapitalize={type === 'text' ? 'words' : 'none'}
            spellcheck={false}
            required={!optional}
            maxLength={maxLength}
            readOnly={readOnly}
            value={value}
            {...about}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
          {type === 'password' && (
            <button
              type="button"
              class="button button-quiet"
              aria-controls={id}
              aria-label={t(shown ? 'form.hide_password' : 'form.show_password')}
              onClick={() => setShown(!shown)}
            >
              {t(shown ? 'form.hide' : 'form.show')}
            </button>
          )}
        </div>
      )}
    </Field>
  );
}
