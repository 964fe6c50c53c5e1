/** Who the operator is. It lives in this page's memory alone: no cookie and no storage that another site could ride on. */
export interface Identity {
  name: string;
  password: string | null;
}

/** Headers that say who acts. Names go beyond ASCII in no header. */
export function headersOf(identity: Identity | null): Record<string, string> {
  if (identity === null) {
    return {};
  }
  return identity.password === null
    ? { 'Holdfast-Actor': identity.name.replace(/[^\x20-\x7e]/g, '?') }
    : { Authorization: `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${identity.name}:${identity.password}`)))}` };
}
