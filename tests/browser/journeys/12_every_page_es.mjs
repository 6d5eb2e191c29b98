// The walk of 11 in the other language and in the dark, as a file of its own: the two are walked side by side.
import { walk } from './11_every_page.mjs';

export const journeys = [
  {
    name: 'every page: in Spanish, in the dark',
    needsOwnPortal: true,
    visitor: { language: 'es', axeWidth: 1280, locale: 'es-ES', timezone: 'Europe/Madrid', colorScheme: 'dark' },
    run: (visitor, site) => walk(visitor, site, 'Iniciar sesión'),
  },
];
