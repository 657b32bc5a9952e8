import { t } from "./i18n";
import { about, toast } from "./state";

/** Returns a picture file unchanged, or scaled down where it is larger than the server accepts. */
export async function downscaleToLimit(file: Blob): Promise<Blob> {
  const side = about.value?.limits.side;
  if (!side) return file;
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return file; // the server may read formats that the browser does not, or explains why it cannot
  const longest = Math.max(bitmap.width, bitmap.height);
  if (longest <= side) {
    bitmap.close();
    return file;
  }
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round((bitmap.width * side) / longest));
  canvas.height = Math.max(1, Math.round((bitmap.height * side) / longest));
  const context = canvas.getContext("2d");
  if (!context) return file;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const smaller = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (smaller) toast(t("ui.smaller", { side }));
  return smaller ?? file;
}
