import type { Option } from './find_options.ts';
import { FieldError } from './form.tsx';

interface ChoiceProperties {
  id: string;
  label: string;
  value: string;
  options: readonly Option[];
  // In a form: what is wrong with it.
  error?: string | undefined;
  onChange: (value: string) => void;
}

// Takes effect at once.
export function Choice({ id, label, value, options, error, onChange }: ChoiceProperties) {
  return (
    <div class={error === undefined ? 'filter' : 'filter field-wrong'}>
      <label for={id}>{label}</label>
      {error !== undefined && <FieldError id={id} text={error} />}
      <select id={id} value={value} {...aboutError(id, error)} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </div>
  );
}

// What a control says of its mistake.
export function aboutError(id: string, error: string | undefined) {
  return error === undefined ? {} : { 'aria-invalid': true, 'aria-describedby': `${id}-error` };
}
