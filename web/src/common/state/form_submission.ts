import { useTranslator } from '../i18n/language.tsx';
import { formErrors } from '../parts/form_errors.ts';
import { useSubmission, type Submission } from '../parts/submission.ts';
import { useShell } from './shell.tsx';

// A form of a page: `fields` are those that the server can name as wrong. A session that has ended, or that acts for another client by
// now, is the application's matter.
export function useFormSubmission(fields: readonly string[]): Submission {
  const translator = useTranslator();
  const shell = useShell();
  return useSubmission((failure) => (shell.handleFailure(failure) ? null : formErrors(failure, fields, shell, translator)));
}
