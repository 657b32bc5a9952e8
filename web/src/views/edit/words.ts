/** Labels for names that come from the server. A name without a translation is shown as the server gives it. */

import { t, type Key } from "../../i18n";
import words from "../../i18n/en/edit";
import type { Operation } from "./catalogue";

function labelOr(key: string, fallback: string): string {
  return key in words ? t(key as Key) : fallback;
}

export const operationName = (name: string): string => labelOr(`edit.op.${name.replaceAll("-", "_")}`, name);

export const operationAbout = (operation: Operation): string =>
  labelOr(`edit.about.${operation.name.replaceAll("-", "_")}`, operation.about);

export const fieldName = (operation: string, field: string, title = field): string =>
  labelOr(`edit.field.${operation.replaceAll("-", "_")}.${field}`, labelOr(`edit.field.${field}`, title));

export const optionName = (option: string): string => labelOr(`edit.option.${option}`, option);
