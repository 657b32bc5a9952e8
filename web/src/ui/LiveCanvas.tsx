import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "../api";
import { blobOf } from "../files";
import { LiveConnection, type Frame } from "../live";
import { reportError } from "../state";
import type { FrameHeader, LiveRequest } from "../types";
import { useStable } from "../useStable";
import { Badge } from "./Picture";
import { Spinner } from "./Spinner";

interface LiveCanvasProps {
  /** What to show; null shows nothing. A changed request is sent at once. */
  request: LiveRequest | null;
  /** The same picture as a base64 PNG, once it is known: it is shown instead of live frames, which are JPEGs. */
  exact?: string | null;
  label: string;
  onFrame?: (header: FrameHeader) => void;
  canvasRef?: { current: HTMLCanvasElement | null };
}

/** A canvas that shows the newest request's picture, as fast as the server generates frames. */
export function LiveCanvas({ request, exact = null, label, onFrame, canvasRef }: LiveCanvasProps) {
  const ownCanvas = useRef<HTMLCanvasElement>(null);
  const canvas = canvasRef ?? ownCanvas;
  const frameHandler = useRef(onFrame);
  frameHandler.current = onFrame;
  const showsExact = useRef(false);
  showsExact.current = exact !== null;
  const live = useRef<LiveConnection | null>(null);
  const [hasPicture, setHasPicture] = useState(false);
  const [errorMessage, setErrorMessage] = useState<string | null>(null);

  const drawFrame = useCallback(
    (bitmap: ImageBitmap): boolean => {
      if (!canvas.current) return false;
      draw(canvas.current, bitmap);
      setErrorMessage(null);
      setHasPicture(true);
      return true;
    },
    [canvas],
  );

  // Layout effects run at once; other effects would wait for the next animation frame.
  useLayoutEffect(() => {
    const show = (frame: Frame) => {
      if (showsExact.current || !drawFrame(frame.bitmap)) return;
      frameHandler.current?.(frame.header);
    };
    const refuse = (error: ApiError) => (error.type === "offline" ? reportError(error) : setErrorMessage(error.message));
    live.current = new LiveConnection(show, refuse);
    return () => live.current?.close();
  }, [drawFrame]);

  const stableRequest = useStable(request);
  useLayoutEffect(() => {
    if (stableRequest) live.current?.request(stableRequest);
  }, [stableRequest]);

  useLayoutEffect(() => {
    if (exact === null) return;
    let outdated = false;
    const show = (bitmap: ImageBitmap) => {
      if (!outdated) drawFrame(bitmap);
      bitmap.close();
    };
    createImageBitmap(blobOf(exact)).then(show, reportError);
    return () => (outdated = true);
  }, [exact, drawFrame]);

  return (
    <div class="live">
      <div class="live-frame">
        <canvas ref={canvas} role="img" aria-label={label} width={1} height={1} />
        {hasPicture ? <Badge /> : request && errorMessage === null && <Spinner />}
      </div>
      {errorMessage !== null && (
        <p class="failure" role="alert">
          {errorMessage}
        </p>
      )}
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, bitmap: ImageBitmap): void {
  if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.parentElement?.style.setProperty("--ratio", String(bitmap.width / bitmap.height));
  }
  canvas.getContext("2d")!.drawImage(bitmap, 0, 0);
}
