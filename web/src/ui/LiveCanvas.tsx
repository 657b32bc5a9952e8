import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "../api";
import { blobOf } from "../files";
import { Live, type Frame } from "../live";
import { complain } from "../state";
import type { FrameHeader, LiveAsk } from "../types";
import { Badge } from "./Picture";
import { Spinner } from "./Spinner";

interface LiveCanvasProps {
  /** What to paint; null paints nothing. A new object is a new request. */
  ask: LiveAsk | null;
  /** The PNG of what is asked for, base64, once it is there: shown in place of live frames, which are JPEGs. */
  exact?: string | null;
  label: string;
  onFrame?: (header: FrameHeader) => void;
  canvasRef?: { current: HTMLCanvasElement | null };
}

/** A canvas that follows what it is asked for, as fast as the server can paint. */
export function LiveCanvas({ ask, exact = null, label, onFrame, canvasRef }: LiveCanvasProps) {
  const own = useRef<HTMLCanvasElement>(null);
  const canvas = canvasRef ?? own;
  const heard = useRef(onFrame);
  heard.current = onFrame;
  const settled = useRef(false);
  settled.current = exact !== null;
  const live = useRef<Live | null>(null);
  const [drawn, setDrawn] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);

  const put = (bitmap: ImageBitmap): boolean => {
    if (!canvas.current) return false;
    draw(canvas.current, bitmap);
    setRefusal(null);
    setDrawn(true);
    return true;
  };

  // Layout effects ask at once; others would wait for a frame that is not needed.
  useLayoutEffect(() => {
    const show = (frame: Frame) => {
      if (settled.current || !put(frame.bitmap)) return;
      heard.current?.(frame.header);
    };
    const refuse = (error: ApiError) => (error.type === "offline" ? complain(error) : setRefusal(error.message));
    live.current = new Live(show, refuse);
    return () => live.current?.close();
  }, []);

  const wanted = ask && JSON.stringify(ask);
  useLayoutEffect(() => {
    if (ask) live.current?.ask(ask);
  }, [wanted]);

  useLayoutEffect(() => {
    if (exact === null) return;
    let overtaken = false;
    const show = (bitmap: ImageBitmap) => {
      if (!overtaken) put(bitmap);
      bitmap.close();
    };
    createImageBitmap(blobOf(exact)).then(show, complain);
    return () => (overtaken = true);
  }, [exact]);

  return (
    <div class="live">
      <div class="live-frame">
        <canvas ref={canvas} role="img" aria-label={label} width={1} height={1} />
        {drawn ? <Badge /> : ask && refusal === null && <Spinner />}
      </div>
      {refusal !== null && (
        <p class="failure" role="alert">
          {refusal}
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
