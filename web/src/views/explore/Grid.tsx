import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n";
import { anywhere } from "../../place";
import { Badge, Thumbnail } from "../../ui";
import type { Model } from "../../types";
import { askSmall } from "./asking";
import { atRest, firstSeed, goToSeed } from "./studio";

const smallest = 120;
const gap = 8;
/** Rows beyond the edges that are kept, so that a small scroll shows no holes. */
const spare = 2;
/** How far the end is ahead of the eye: there is always more to scroll to. */
const ahead = 20;

interface Window {
  columns: number;
  tile: number;
  first: number;
  last: number;
}

/** A grid of seeds without an end. Only the rows in sight are in the page. */
export function Grid({ model }: { model: Model }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [{ columns, tile, first, last }, setWindow] = useState<Window>({ columns: 1, tile: smallest, first: 0, last: 0 });
  const [end, setEnd] = useState(ahead);

  const look = () => {
    if (!scroller.current) return;
    const seen = windowOf(scroller.current);
    setWindow(seen);
    setEnd((before) => Math.max(before, seen.last + ahead));
  };
  useEffect(() => {
    const observer = new ResizeObserver(look);
    observer.observe(scroller.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => scroller.current!.scrollTo({ top: 0 }), [firstSeed.value]);

  const pitch = tile + gap;
  const indices = Array.from({ length: (last - first) * columns }, (_, index) => first * columns + index);
  return (
    <div class="grid" ref={scroller} onScroll={look} role="group" aria-label={t("explore.grid")}>
      <div class="grid-all" style={{ height: `${end * pitch}px` }}>
        {indices.map((index) => (
          <Tile
            key={index}
            model={model}
            seed={firstSeed.value + index}
            style={{
              width: `${tile}px`,
              height: `${tile}px`,
              translate: `${(index % columns) * pitch}px ${Math.floor(index / columns) * pitch}px`,
            }}
          />
        ))}
      </div>
    </div>
  );
}

function windowOf(element: HTMLElement): Window {
  const width = element.clientWidth - 2 * gap;
  const columns = Math.max(1, Math.floor((width + gap) / (smallest + gap)));
  const tile = Math.floor((width + gap) / columns) - gap;
  const pitch = tile + gap;
  return {
    columns,
    tile,
    first: Math.max(0, Math.floor(element.scrollTop / pitch) - spare),
    last: Math.ceil((element.scrollTop + element.clientHeight) / pitch) + spare,
  };
}

interface TileProps {
  model: Model;
  seed: number;
  style: Record<string, string>;
}

function Tile({ model, seed, style }: TileProps) {
  const { condition, truncation } = atRest.value.place;
  return (
    <button type="button" class="tile" style={style} aria-label={t("explore.open", { seed })} onClick={() => goToSeed(seed)}>
      <Thumbnail ask={askSmall(model, { ...anywhere, seed, condition, truncation })} />
      <Badge />
      <span class="tile-seed">{seed}</span>
    </button>
  );
}
