import type { Session } from '../../common/api/client.ts';

export function personName({ member, membership }: Session): string {
  const name = [member.first_name, member.surname].filter(Boolean).join(' ');
  return name !== '' ? name : (member.email ?? membership.client.name);
}

// By characters and not by code units, so that a name may begin with any letter there is.
export function initials({ member, membership }: Session): string {
  const parts = [member.first_name, member.surname].filter((part): part is string => part !== null && part !== '');
  const source = parts.length > 0 ? parts : [member.email ?? membership.client.name];
  return source.map((part) => [...part][0]!.toLocaleUpperCase()).join('');
}
