import { t } from "./i18n";
import { about, toast } from "./state";

/** Returns a picture file as the server takes it: as it is, or, where its sides are too long, smaller. */
export async function fitting(file: Blob): Promise<Blob> {
  const side = about.value?.limits.side;
  if (!side) return file;
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return file; // what no browser reads the server may, or says why not
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
