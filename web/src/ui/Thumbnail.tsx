import { useEffect, useRef } from "preact/hooks";
import { painter } from "../painter";
import type { LiveAsk } from "../types";

/** A small picture that is painted when it comes on screen. */
export function Thumbnail({ ask }: { ask: LiveAsk }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const wanted = JSON.stringify(ask);

  useEffect(
    () =>
      painter.paint(ask, (picture) => {
        const own = canvas.current;
        if (!own) return;
        own.width = picture.width;
        own.height = picture.height;
        own.getContext("2d")!.drawImage(picture, 0, 0);
      }),
    [wanted],
  );

  return <canvas ref={canvas} class="thumbnail" width={1} height={1} aria-hidden="true" />;
}
