/** How far a work is: `share` from 0 to 1, or null where nobody knows. */
export function Progress({ share, label }: { share: number | null; label: string }) {
  return <progress class="progress" aria-label={label} max={1} value={share ?? undefined} />;
}
