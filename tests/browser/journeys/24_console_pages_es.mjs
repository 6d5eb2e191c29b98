// The walk of 23 in the other language and in the dark.
import { walkConsole } from './23_console_pages.mjs';

export const journeys = [
  {
    name: 'every page of the console: in Spanish, in the dark',
    needsOwnPortal: true,
    visitor: { language: 'es', axeWidth: 390, locale: 'es-ES', timezone: 'Europe/Madrid', colorScheme: 'dark', ending: ' – Brightwater, equipo' },
    run: walkConsole,
  },
];
