import sprite from '../assets/icons.svg';

// Icons are decoration: what they mean always stands beside them, or in the label of what holds them.
export function Icon({ name, class: className = 'icon' }: { name: string; class?: string }) {
  return (
    <svg class={className} aria-hidden="true" focusable="false">
      <use href={`${sprite}#${name}`} />
    </svg>
  );
}
