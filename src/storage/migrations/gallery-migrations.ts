import { galleryMigration } from './0001-gallery';
import { spacesMigration } from './0002-spaces';
import type { Migration } from './migration';

/** The gallery's whole history, oldest first. A new version is a new file and a new line here. */
export const GALLERY_MIGRATIONS: readonly Migration[] = [galleryMigration, spacesMigration];
