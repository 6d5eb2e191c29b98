import { SignOutButton } from '../../common/account/sign_out.tsx';
import { call } from '../../common/api/client.ts';
import { useApp } from '../state/application.tsx';

export function SignOut({ class: className }: { class: string }) {
  const { closeSession } = useApp();
  return <SignOutButton class={className} request={() => call('delete', '/session', {})} onSignedOut={() => closeSession({ key: 'sign_in.signed_out' })} />;
}
