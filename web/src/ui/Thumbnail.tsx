import { useEffect, useRef } from "preact/hooks";
import { thumbnailQueue } from "../thumbnails";
import type { LiveRequest } from "../types";
import { useStable } from "../useStable";

/** A small generated picture, requested when it is first on screen. */
export function Thumbnail({ request }: { request: LiveRequest }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const stableRequest = useStable(request);

  useEffect(
    () =>
      thumbnailQueue.request(stableRequest, (picture) => {
        const target = canvas.current;
        if (!target) return;
        target.width = picture.width;
        target.height = picture.height;
        target.getContext("2d")!.drawImage(picture, 0, 0);
      }),
    [stableRequest],
  );

  return <canvas ref={canvas} class="thumbnail" width={1} height={1} aria-hidden="true" />;
}
