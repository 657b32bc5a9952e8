import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { badge } from "../state";
import { IconButton } from "./Button";

interface PictureProps {
  src: string;
  alt: string;
  /** Whether a model generated it: such pictures carry the badge if the user has switched it on. */
  generated?: boolean;
  favourite?: boolean;
  onSave?: () => void;
  onEdit?: () => void;
  onRestyle?: () => void;
  onFavourite?: () => void;
  /** More buttons for its menu. */
  children?: ComponentChildren;
}

/** A picture with a menu of what can be done with it. */
export function Picture(props: PictureProps) {
  const { src, alt, generated = false, favourite = false, onSave, onEdit, onRestyle, onFavourite, children } = props;
  return (
    <figure class="picture">
      <img src={src} alt={alt} draggable={false} />
      {generated && <Badge />}
      <div class="picture-menu">
        {onFavourite && (
          <IconButton
            icon="star"
            label={t(favourite ? "ui.unfavourite" : "ui.favourite")}
            pressed={favourite}
            onClick={onFavourite}
          />
        )}
        {onEdit && <IconButton icon="edit" label={t("ui.edit")} onClick={onEdit} />}
        {onRestyle && <IconButton icon="restyle" label={t("ui.restyle")} onClick={onRestyle} />}
        {onSave && <IconButton icon="save" label={t("ui.save")} onClick={onSave} />}
        {children}
      </div>
    </figure>
  );
}

/** Marks a picture as generated. It is only on screen: saved pictures carry provenance in the file. */
export function Badge() {
  return badge.value ? <span class="badge">{t("shell.badge.text")}</span> : null;
}
