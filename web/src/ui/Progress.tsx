/** A progress bar: `value` is from 0 to 1, or null where it is not known. */
export function Progress({ value, label }: { value: number | null; label: string }) {
  return <progress class="progress" aria-label={label} max={1} value={value ?? undefined} />;
}
