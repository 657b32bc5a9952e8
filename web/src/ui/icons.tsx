/** Line drawings on a 24 by 24 grid. */
const drawings = {
  close: "M6 6l12 12M18 6L6 18",
  save: "M12 4v11m0 0l-4-4m4 4l4-4M5 19h14",
  edit: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  restyle: "M12 3a9 9 0 1 0 0 18c1.5 0 2-1 1.5-2.2-.6-1.4.2-2.8 1.8-2.8H18a3 3 0 0 0 3-3c0-5.5-4-10-9-10zM7.5 11h.01M11 7.5h.01M15.5 8.5h.01",
  star: "M12 4l2.5 5.1 5.6.8-4 4 .9 5.6-5-2.7-5 2.7.9-5.6-4-4 5.6-.8z",
  undo: "M8 5L4 9l4 4M4 9h10a5 5 0 0 1 0 10h-4",
  redo: "M16 5l4 4-4 4M20 9H10a5 5 0 0 0 0 10h4",
  random: "M4 7h3l10 10h3M4 17h3l3-3M14 10l3-3h3M18 5l2 2-2 2M18 15l2 2-2 2",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  stop: "M6 6h12v12H6z",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  film: "M4 5h16v14H4zM8 5v14M16 5v14M4 9h4M4 15h4M16 9h4M16 15h4",
  settings: "M4 7h10M18 7h2M4 17h2M10 17h10M16 5v4M8 15v4",
  help: "M9.2 9.2a3 3 0 1 1 4.3 2.7c-1 .5-1.5 1.1-1.5 2.3M12 17.6v.1M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  upload: "M12 16V5m0 0L8 9m4-4l4 4M5 19h14",
  grid: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  reset: "M4 5v5h5M4.6 10a8 8 0 1 1-.6 4",
  check: "M5 12.5l4.5 4.5L19 7",
  warning: "M12 4l9 16H3zM12 10v4M12 17v.1",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  left: "M14 6l-6 6 6 6",
  right: "M10 6l6 6-6 6",
  external: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  hand: "M7 12V6.5a1.5 1.5 0 0 1 3 0V11m0-6.5a1.5 1.5 0 0 1 3 0V11m0-5a1.5 1.5 0 0 1 3 0v6m0-3.5a1.5 1.5 0 0 1 3 0V15a6 6 0 0 1-6 6h-1.5a6 6 0 0 1-5-2.6L4 14.2a1.5 1.5 0 0 1 2.4-1.8L8 14",
  box: "M4 4h3M10 4h4M17 4h3v3M20 10v4M20 17v3h-3M14 20h-4M7 20H4v-3M4 14v-4M4 7V4",
  object: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
  lasso: "M7 15c-2-1-3-2.5-3-4.2C4 7 7.6 4 12 4s8 3 8 6.8-3.6 6.7-8 6.7c-1 0-2-.1-2.8-.4M9 17a2 2 0 1 1-4 0 2 2 0 0 1 4 0zM7.5 19c0 1-.5 1.7-1.5 2",
  brush: "M20 4c-4 1.5-8 5-10 8.5l2.5 2.5C16 13 19 8.5 20 4zM9.5 13.5c-2 0-3 1.2-3.2 3-.1 1.2-.8 2-2.3 2.3 2 1.5 7.5 1.5 7.5-2.3",
  dropper: "M12.5 7.5l4 4M14 9.5L7 16.5 4 20l3.5-3 7-7M15 5.5a2.5 2.5 0 0 1 3.5 3.5L16.5 11l-3.5-3.5z",
  hidden: "M4 4l16 16M10 6a9 9 0 0 1 2-.2c6 0 9.5 6.2 9.5 6.2a16 16 0 0 1-3.2 3.8M6.3 7.7A15 15 0 0 0 2.5 12S6 18.5 12 18.5a9 9 0 0 0 3.6-.7",
  up: "M6 14l6-6 6 6",
  down: "M6 10l6 6 6-6",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  split: "M12 3v18M4 6h5M4 18h5M4 6v12M15 6h5v12h-5",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  folder: "M3 6h6l2 2h10v11H3z",
} as const;

export type IconName = keyof typeof drawings;

export function Icon({ name, filled = false }: { name: IconName; filled?: boolean }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" fill={filled ? "currentColor" : "none"}>
      <path d={drawings[name]} />
    </svg>
  );
}
