import { SignOutButton } from '../../common/account/sign_out.tsx';
import { signOut } from '../api/staff.ts';
import { useApp } from '../state/application.tsx';

export function SignOut({ class: className }: { class: string }) {
  const { closeSession } = useApp();
  return <SignOutButton class={className} request={signOut} onSignedOut={() => closeSession({ key: 'sign_in.signed_out' })} />;
}
