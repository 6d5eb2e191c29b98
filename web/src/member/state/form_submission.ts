import { useTranslator } from '../../common/i18n/language.tsx';
import { formErrors } from '../../common/parts/form_errors.ts';
import { useSubmission, type Submission } from '../../common/parts/submission.ts';
import { useApp } from './application.tsx';

// A form of the member portal: `fields` are those that the server can name as wrong. A session that has ended, or that acts for another
// client by now, is the application's matter.
export function useFormSubmission(fields: readonly string[]): Submission {
  const translator = useTranslator();
  const { portal, handleFailure } = useApp();
  return useSubmission((failure) => (handleFailure(failure) ? null : formErrors(failure, fields, portal, translator)));
}
