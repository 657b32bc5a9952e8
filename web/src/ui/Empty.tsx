import type { ComponentChildren } from "preact";

interface EmptyProps {
  title: string;
  children?: ComponentChildren;
}

/** What a view shows instead of its content: why there is none, and what to do about it. */
export function Empty({ title, children }: EmptyProps) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
