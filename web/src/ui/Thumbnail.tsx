import { useEffect, useRef } from "preact/hooks";
import { thumbnailQueue } from "../thumbnails";
import type { LiveRequest } from "../types";

/** A small generated picture, requested when it is first on screen. */
export function Thumbnail({ request }: { request: LiveRequest }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const requestKey = JSON.stringify(request);

  useEffect(
    () =>
      thumbnailQueue.request(request, (picture) => {
        const target = canvas.current;
        if (!target) return;
        target.width = picture.width;
        target.height = picture.height;
        target.getContext("2d")!.drawImage(picture, 0, 0);
      }),
    [requestKey],
  );

  return <canvas ref={canvas} class="thumbnail" width={1} height={1} aria-hidden="true" />;
}
