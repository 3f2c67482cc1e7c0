/** Pieces that several commands share. */
import { z } from 'zod';

/** Name of a Sage company database. The agent checks it against its allow-list before anything else. */
export const database = z.string().min(1).max(128);

/** A fiscal UUID, upper case. */
export const uuid = z.string().regex(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
