import type { StaffSession } from '../api/types.ts';

export function personName({ staff }: StaffSession): string {
  const name = [staff.first_name, staff.surname].filter(Boolean).join(' ');
  return name !== '' ? name : staff.email;
}

// By characters and not by code units, so that a name may begin with any letter there is.
export function initials({ staff }: StaffSession): string {
  const parts = [staff.first_name, staff.surname].filter((part): part is string => part !== null && part !== '');
  return (parts.length > 0 ? parts : [staff.email]).map((part) => [...part][0]!.toLocaleUpperCase()).join('');
}
