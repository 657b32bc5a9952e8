/** Words for names that come from the server; one that is not known here is shown as the server says it. */

import { t, type Key } from "../../i18n";
import words from "../../i18n/en/edit";
import type { Operation } from "./catalogue";

function said(key: string, otherwise: string): string {
  return key in words ? t(key as Key) : otherwise;
}

export const operationName = (name: string): string => said(`edit.op.${name.replaceAll("-", "_")}`, name);

export const operationAbout = (operation: Operation): string =>
  said(`edit.about.${operation.name.replaceAll("-", "_")}`, operation.about);

export const fieldName = (operation: string, field: string, title = field): string =>
  said(`edit.field.${operation.replaceAll("-", "_")}.${field}`, said(`edit.field.${field}`, title));

export const optionName = (option: string): string => said(`edit.option.${option}`, option);
