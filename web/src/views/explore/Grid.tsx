import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n";
import { defaultLatent } from "../../latentSpec";
import { Badge, Thumbnail } from "../../ui";
import type { Model } from "../../types";
import { thumbnailRequest } from "./requests";
import { committedPosition, firstSeed, goToSeed } from "./store";

const minTile = 120;
const gap = 8;
/** Rows rendered beyond the visible ones, so that a small scroll shows no holes. */
const overscan = 2;
/** Rows by which the scrollable area extends beyond the last visible one: there is always more to scroll to. */
const ahead = 20;

interface Window {
  columns: number;
  tile: number;
  first: number;
  last: number;
}

/** An endless grid of seeds. Only the visible rows are in the page. */
export function Grid({ model }: { model: Model }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [{ columns, tile, first, last }, setWindow] = useState<Window>({ columns: 1, tile: minTile, first: 0, last: 0 });
  const [end, setEnd] = useState(ahead);

  const update = () => {
    if (!scroller.current) return;
    const visible = windowOf(scroller.current);
    setWindow(visible);
    setEnd((before) => Math.max(before, visible.last + ahead));
  };
  useEffect(() => {
    const observer = new ResizeObserver(update);
    observer.observe(scroller.current!);
    return () => observer.disconnect();
  }, []);
  const start = firstSeed.value;
  useEffect(() => scroller.current!.scrollTo({ top: 0 }), [start]);

  const pitch = tile + gap;
  const indices = Array.from({ length: (last - first) * columns }, (_, index) => first * columns + index);
  return (
    <div class="grid" ref={scroller} onScroll={update} role="group" aria-label={t("explore.grid")}>
      <div class="grid-all" style={{ height: `${end * pitch}px` }}>
        {indices.map((index) => (
          <Tile
            key={index}
            model={model}
            seed={start + index}
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
  const columns = Math.max(1, Math.floor((width + gap) / (minTile + gap)));
  const tile = Math.floor((width + gap) / columns) - gap;
  const pitch = tile + gap;
  return {
    columns,
    tile,
    first: Math.max(0, Math.floor(element.scrollTop / pitch) - overscan),
    last: Math.ceil((element.scrollTop + element.clientHeight) / pitch) + overscan,
  };
}

interface TileProps {
  model: Model;
  seed: number;
  style: Record<string, string>;
}

function Tile({ model, seed, style }: TileProps) {
  const { condition, truncation } = committedPosition.value.latent;
  return (
    <button type="button" class="tile" style={style} aria-label={t("explore.open", { seed })} onClick={() => goToSeed(seed)}>
      <Thumbnail request={thumbnailRequest(model, { ...defaultLatent, seed, condition, truncation })} />
      <Badge />
      <span class="tile-seed">{seed}</span>
    </button>
  );
}
