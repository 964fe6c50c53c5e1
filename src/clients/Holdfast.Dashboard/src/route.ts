import { useEffect, useState } from 'preact/hooks';

export type Route = 'cluster' | 'clusters';

export const addressOf: Record<Route, string> = { cluster: '#/', clusters: '#/clusters' };

export const routeOf = (hash: string): Route => (hash.replace(/\/$/, '') === addressOf.clusters ? 'clusters' : 'cluster');

/** Which page the address names; what follows # never goes to the agent. */
export function useRoute(): Route {
  const [route, setRoute] = useState(routeOf(location.hash));
  useEffect(() => {
    const change = (): void => {
      setRoute(routeOf(location.hash));
      scrollTo(0, 0);
    };
    addEventListener('hashchange', change);
    return () => removeEventListener('hashchange', change);
  }, []);
  return route;
}
